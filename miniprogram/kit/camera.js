// @ts-check
// What the camera reads, or in plain words why it reads nothing.

const { Refusal } = require('../api/refusals')

const NO_CAMERA = '微信不能用相机。请点微信右上角“…”，在“设置”里打开“相机”，再点一次。'

/** @returns {Promise<WechatMiniprogram.ScanCodeSuccessCallbackResult | null>} null when the camera was closed */
async function seen() {
  try {
    return await wx.scanCode({ onlyFromCamera: true, scanType: ['qrCode', 'wxCode'] })
  } catch (fault) {
    const said = String(/** @type {any} */ (fault).errMsg || fault)
    if (/cancel/.test(said)) return null
    throw new Refusal({ code: 'phone.no_camera', words: /auth|deny|permission/.test(said) ? NO_CAMERA : '没有扫到码。请擦一擦镜头，对准了再扫一次。' })
  }
}

module.exports = { seen }
