// @ts-check
// A file of one's own, handed over by WeChat's own dialog to whomever one picks; the phone keeps nothing under its name.

const { Refusal } = require('../api/refusals')

/**
 * @param {string} data @param {string} fileName what the other side sees; its ending is the file's
 * @param {'utf8' | 'base64'} [encoding] of `data`
 * @returns {Promise<boolean>} whether it was handed over, or the dialog closed
 */
async function handOver(data, fileName, encoding = 'utf8') {
  // The name of the file on the phone says nothing; it is written over by the next copy.
  const filePath = `${wx.env.USER_DATA_PATH}/copy${fileName.slice(fileName.lastIndexOf('.'))}`
  await new Promise((done, fail) => {
    wx.getFileSystemManager().writeFile({ filePath, data, encoding, success: done, fail })
  })
  try {
    await wx.shareFileMessage({ filePath, fileName })
  } catch (fault) {
    if (/cancel/.test(/** @type {any} */ (fault).errMsg)) return false
    throw new Refusal({ code: 'phone.no_share', words: '没有转出去。请把微信更新到最新，再点一次。', again: true })
  }
  return true
}

module.exports = { handOver }
