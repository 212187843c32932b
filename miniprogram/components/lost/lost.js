// @ts-check
// Says calmly that an appointment was lost, with what to say on the telephone. Nothing was lost: nothing is shown.
Component({
  properties: {
    lines: { type: Array, value: /** @type {string[]} */ ([]) },
  },
})
