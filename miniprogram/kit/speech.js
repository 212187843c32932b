// @ts-check
// Read aloud. On a phone WeChat's own speech plugin speaks; without it the person is told so, plainly.

const { speechPlugin } = require('../config')
const { Refusal } = require('../api/refusals')

const LONGEST = 200 // characters the plugin takes at once

/** @type {WechatMiniprogram.InnerAudioContext | null} */
let playing = null
let reading = 0 // which text is being read: a newer one, or silence, ends the older

const available = () => Boolean(speechPlugin)

function quiet() {
  reading += 1
  if (playing) playing.stop()
  playing = null
}

/** Cut between sentences, so that no piece is too long for the plugin. @param {string} words @returns {string[]} */
function pieces(words) {
  const made = ['']
  for (const sentence of words.match(/[^。！？；]+[。！？；]*/g) || []) {
    for (let rest = sentence; rest; rest = rest.slice(LONGEST)) {
      const part = rest.slice(0, LONGEST)
      if (made[made.length - 1].length + part.length > LONGEST) made.push(part)
      else made[made.length - 1] += part
    }
  }
  return made.filter(Boolean)
}

/** @param {string} piece @returns {Promise<string>} where the sound is */
function sound(piece) {
  return new Promise((done, fail) => {
    /** @type {any} */ (requirePlugin(speechPlugin)).textToSpeech({
      lang: 'zh_CN',
      tts: true,
      content: piece,
      success: (/** @type {{ filename: string }} */ made) => done(made.filename),
      fail: () => fail(new Refusal({ code: 'speech.failed', words: '这次没有读出来，请看看网络，再点一次。', again: true })),
    })
  })
}

/** @param {string} source @returns {Promise<void>} when it has been heard */
function heard(source) {
  return new Promise((done) => {
    const audio = wx.createInnerAudioContext()
    playing = audio
    audio.src = source
    for (const end of [audio.onEnded, audio.onStop, audio.onError]) end.call(audio, () => done())
    audio.play()
  })
}

/** @param {string} words @returns {Promise<void>} when it has been read, or something else is read instead */
async function speak(words) {
  if (!available()) {
    const told = '这台手机上还不能朗读。您可以在“设置”里把字放大，或请身边的人读给您听。'
    throw new Refusal({ code: 'speech.unavailable', words: told })
  }
  quiet()
  const mine = reading
  for (const piece of pieces(words)) {
    const source = await sound(piece)
    if (mine !== reading) return
    await heard(source)
    if (mine !== reading) return
  }
}

module.exports = { available, pieces, quiet, speak }
