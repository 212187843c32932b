// @ts-check
// The only file that an operator changes. The address must be https, filed (ICP) and listed in the platform's console.
// Base library floor: 2.32.3 (privacy interfaces); set it in the platform's console as well.

const SERVERS = {
  develop: 'http://127.0.0.1:8000',
  trial: 'https://trial.example.gov.cn',
  release: 'https://api.example.gov.cn',
}

module.exports = {
  server: SERVERS[wx.getAccountInfoSync().miniProgram.envVersion],
  /** Read-aloud: name of the WechatSI plugin as declared in app.json, empty while the operator has not been granted it. */
  speechPlugin: '',
  /** Shown when a home has left no number of its own. */
  hotline: { words: '养老服务热线', number: '96345' },
}
