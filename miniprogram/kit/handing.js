// @ts-check
// A file of one's own, handed over by WeChat's own dialog to whomever one picks; the phone does not keep it.

const { Refusal } = require('../api/refusals')

const ENDINGS = ['.zip', '.txt']

/** @param {string} ending */
const place = (ending) => `${wx.env.USER_DATA_PATH}/copy${ending}` // its name says nothing

/** What was to be handed over is not left on the phone, which others may hold tomorrow. @param {string} filePath */
const drop = (filePath) => new Promise((done) => void wx.getFileSystemManager().unlink({ filePath, complete: done }))

/** Remove what a mini-program that was closed in the middle has left. */
function dropCopies() {
  return Promise.all(ENDINGS.map((ending) => drop(place(ending))))
}

/**
 * @param {string} data @param {string} fileName what the other side sees; its ending is the file's
 * @param {'utf8' | 'base64'} [encoding] of `data`
 * @returns {Promise<boolean>} whether it was handed over, or the dialog closed
 */
async function handOver(data, fileName, encoding = 'utf8') {
  const filePath = place(fileName.slice(fileName.lastIndexOf('.')))
  try {
    await new Promise((done, fail) => {
      wx.getFileSystemManager().writeFile({ filePath, data, encoding, success: done, fail })
    })
    await wx.shareFileMessage({ filePath, fileName })
  } catch (fault) {
    if (/cancel/.test(/** @type {any} */ (fault).errMsg)) return false
    throw new Refusal({ code: 'phone.no_share', words: '没有转出去。请把微信更新到最新，再点一次。', again: true })
  } finally {
    await drop(filePath)
  }
  return true
}

module.exports = { dropCopies, handOver }
