// @ts-check
// A word of judgement with its colour; the word alone says it. Signs: good, watch, urgent, plain (the server's own words).
Component({
  properties: {
    words: { type: String, value: '' },
    sign: { type: String, value: 'plain' },
  },
})
