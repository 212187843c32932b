// @ts-check
const { page } = require('../../kit/page')
const { contractName, openContract } = require('../../kit/privacy')

const SECTIONS = [
  { heading: '我们留着什么', words: '您的微信登录标记、您写的称呼、您愿意给的手机号；老人的健康档案由医院和养老院写。' },
  { heading: '谁能看到', words: '只有您同意的单位，看您同意的那几类，为您同意的事，到您定的日子。谁看过，每一次都有记录，您随时能查。' },
  { heading: '不同意会怎样', words: '不会怎样。不同意或收回同意，都不影响看病、住养老院和别的服务。' },
  { heading: '用到手机的什么', words: '只有扫码时用摄像头；给手机号、登录时由微信另外问您。不取位置，不看通讯录，不看相册。' },
  { heading: '手机上留什么', words: '登录标记、字的大小、紧急电话。护士巡诊时会暂存当天的名单，传完就删。' },
  { heading: '您可以', words: '看、改正、带走一份、收回同意、注销账号。想找人办，请打养老服务热线。' },
]

page({
  data: { sections: SECTIONS, contract: '', spoken: SECTIONS.map((each) => `${each.heading}。${each.words}`).join('') },

  async load() {
    return { contract: await contractName() }
  },

  read: openContract,
})
