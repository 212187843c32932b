"""The record of processing activities (PIPL art. 55, 56), as a version of this program carries it.

What the program does is written where the program is changed: whoever adds a purpose or a recipient adds it here, and
raises the version. Who answers for it, and the assessment itself, are the institution's own papers.
"""

from dataclasses import dataclass
from datetime import date

VERSION = "2026-11.3"
SINCE = date(2026, 11, 22)


@dataclass(frozen=True)
class ProcessingActivity:
    name: str
    purpose: str
    people: str
    kinds: str
    sensitive: bool  # then an assessment comes first (art. 55)
    basis: str
    recipients: str
    kept: tuple[str, ...]  # codes of retention clocks
    measures: str


ACTIVITIES: tuple[ProcessingActivity, ...] = (
    ProcessingActivity(
        "账号与登录",
        "让本人、家属和工作人员登录，认出是谁",
        "使用小程序和管理台的人",
        "微信登录标记、称呼、手机号（自愿）、手机型号、登录时间",
        sensitive=False,
        basis="第十三条第一款第（一）项同意；第（二）项履行服务",
        recipients="微信（登录本身）",
        kept=("sessions", "audit"),
        measures="手机号加密保存；登录凭据只留指纹；管理台两步验证",
    ),
    ProcessingActivity(
        "长者登记与入住",
        "办理入住、确认身份、安排床位",
        "入住的长者及其紧急联系人",
        "姓名、性别、出生日期、身份证号、电话、床位、照护状态",
        sensitive=True,
        basis="第十三条第一款第（二）项养老服务合同；身份证号为核对身份所必需",
        recipients="签约的医疗机构（编号、姓名、床位，限巡诊和就诊）",
        kept=("inpatient", "audit"),
        measures="身份证号、电话加密保存并以盲索引查找；名单脱敏；按机构隔离",
    ),
    ProcessingActivity(
        "健康档案",
        "照护、诊疗，让长者看到自己的档案",
        "长者",
        "测量值、诊断、用药、过敏、护理记录",
        sensitive=True,
        basis="第十三条第一款第（二）项；向其他机构提供的，第二十三条、第二十九条单独同意",
        recipients="长者同意的机构，按类别、目的和期限",
        kept=("outpatient", "inpatient", "trail", "consents"),
        measures="在查询内核对同意；每次查看先留痕，链式防改；更正留版本",
    ),
    ProcessingActivity(
        "能力评估与医护分级",
        "评定长者的能力和体质，决定照护等级、服务包和巡诊次数",
        "长者、信息提供者",
        "量表答案、诊断、近 30 天风险事件、家庭和经济情况（自愿）、结果",
        sensitive=True,
        basis="第十三条第一款第（二）项养老服务合同；结果向其他机构提供的，第二十三条、第二十九条单独同意",
        recipients="评估所属机构；长者同意的机构，按类别、目的和期限",
        kept=("outpatient", "trail", "audit"),
        measures="两人签名；结果写入健康档案，查看须经同意并留痕；可提异议和复评；分级规则公开，可人工改评",
    ),
    ProcessingActivity(
        "紧急查阅",
        "危及生命时救治",
        "长者",
        "当时必需的健康档案",
        sensitive=True,
        basis="第十三条第一款第（四）项",
        recipients="施救的医疗机构",
        kept=("trail", "audit"),
        measures="须写明理由；事后通知家属；另一人限时复核",
    ),
    ProcessingActivity(
        "代办与监护",
        "让家属、监护人替长者办事",
        "长者、家属、监护人",
        "亲属关系、代办范围、证明文件编号",
        sensitive=False,
        basis="第十三条第一款第（一）项；民法典第二十八条、第三十三条",
        recipients="长者所住的机构",
        kept=("audit", "invitations"),
        measures="长者当面确认或两人见证；到期复核；范围最小",
    ),
    ProcessingActivity(
        "预约与绿色通道",
        "约号、候补、组团就诊",
        "长者",
        "就诊科室、时间、来看什么",
        sensitive=True,
        basis="第十三条第一款第（二）项",
        recipients="所约的医疗机构",
        kept=("outpatient", "audit"),
        measures="来看什么不进日志和消息；候补规则公开，可说明",
    ),
    ProcessingActivity(
        "双向转诊",
        "把长者转到能治的地方，治好了接回来",
        "长者",
        "转诊理由、转诊单、随附的健康资料、到了哪一步",
        sensitive=True,
        basis="第十三条第一款第（二）项；随附资料须第二十三条、第二十九条单独同意，来不及的依第（四）项",
        recipients="转出和接收的两家机构；超时的，卫生健康和民政部门（不含姓名）",
        kept=("outpatient", "inpatient", "trail", "audit"),
        measures="资料只给接收机构看，结案后定期关闭；发了什么留摘要；每次打开先留痕；紧急打开须复核",
    ),
    ProcessingActivity(
        "巡诊",
        "医护上门，证明到场，双方确认",
        "长者、医护人员",
        "巡诊时间、床位、结果；医护的扫码记录",
        sensitive=True,
        basis="第十三条第一款第（二）项；签约协议",
        recipients="养老机构与签约医疗机构双方",
        kept=("outpatient", "audit", "nonces"),
        measures="不采集位置；床牌不含个人信息；离线数据传完即删",
    ),
    ProcessingActivity(
        "按月结算",
        "两家机构按双方确认的服务结算费用",
        "接受服务的长者",
        "服务日期、项目、由谁付、金额；没有病情",
        sensitive=False,
        basis="第十三条第一款第（二）项；签约协议",
        recipients="养老机构与签约医疗机构双方；主管部门只看金额，不看姓名",
        kept=("accounts", "audit"),
        measures="每一行对到双方的确认；台账只增不改；导出姓名脱敏，纸面只有合计",
    ),
    ProcessingActivity(
        "慢病随访",
        "管理高血压和糖尿病：按期随访、判断控制情况、转诊后回访",
        "患高血压、糖尿病的长者",
        "诊断、血压、血糖、症状、用药、生活习惯、转诊结果",
        sensitive=True,
        basis="第十三条第一款第（二）项、第（三）项基本公共卫生服务；向其他机构提供的，第二十九条单独同意",
        recipients="管理这种病的医疗机构；长者同意的机构。主管部门只有人数和比率",
        kept=("outpatient", "audit"),
        measures="内容写入健康档案，按同意查看并留痕；少于 5 人不显示；更正留版本",
    ),
    ProcessingActivity(
        "年度体检",
        "安排每年一次的体检，录入报告，跟进异常",
        "入住的长者",
        "年龄、医保类别、是否特困供养、体检结果、异常的处理",
        sensitive=True,
        basis="第十三条第一款第（二）项、第（三）项基本公共卫生服务；签约协议",
        recipients="来体检的医疗机构；养老机构（安排和名单，结果须经同意）",
        kept=("outpatient", "audit"),
        measures="结果写入健康档案，化验另作一类；上传的文件不存；本人不愿意的不排",
    ),
    ProcessingActivity(
        "家庭医生签约",
        "让长者有固定的家庭医生团队：申请、签约、续签、统计签约率",
        "长者、家属、团队成员",
        "属于哪些重点人群及依据、签约书和签字、期限、为什么没有签",
        sensitive=True,
        basis="第十三条第一款第（二）项签约合同；基本医疗卫生与健康促进法第三十一条",
        recipients="签约团队所在的基层医疗机构；所住的养老机构（不含涉及病情的人群）。主管部门只有人数和比率",
        kept=("consents", "audit"),
        measures="本人或有权代办的人签，签的就是看到的文字；扫描件加密，每次查看留痕；不签不影响任何服务；少于 5 人不显示",
    ),
    ProcessingActivity(
        "长期处方、续方和送药",
        "让病情平稳的长者按时有药吃：开方、续方、配药、送到床边",
        "长者、代领的家属",
        "诊断、药品和用法、数量、送达和签收",
        sensitive=True,
        basis="第十三条第一款第（二）项；《长期处方管理规范（试行）》；向其他机构提供的，第二十九条单独同意",
        recipients="开方的医疗机构、配药的药店；养老机构（有几种药、哪天到，药名须经同意）。主管部门只有数字",
        kept=("outpatient", "trail", "audit"),
        measures="内容写入健康档案，按同意查看并留痕；列表和消息没有药名；送的不超过开的；交付有凭据，代领核对双方身份",
    ),
    ProcessingActivity(
        "评价与投诉",
        "了解服务质量，督促整改",
        "长者、家属",
        "评分、文字、投诉内容和办理过程",
        sensitive=False,
        basis="第十三条第一款第（一）项；监管部门法定职责",
        recipients="被评价的机构（投诉）；民政、卫生健康部门",
        kept=("audit",),
        measures="公开前审核；不公开评价人；少于 5 条不显示",
    ),
    ProcessingActivity(
        "通知与热线",
        "提醒就诊、巡诊、到期；微信不到时打电话",
        "长者、家属、工作人员",
        "要告知的事；电话由坐席拨打时才显示",
        sensitive=False,
        basis="第十三条第一款第（一）项订阅；第（二）项",
        recipients="微信（模板消息，不含病情）",
        kept=("messages", "calls", "news"),
        measures="消息中姓名脱敏；免打扰；查看电话留痕",
    ),
    ProcessingActivity(
        "导出与打印",
        "汇报、交接、本人取走副本",
        "长者、家属、工作人员",
        "按清单的各列；本人副本为其全部信息",
        sensitive=True,
        basis="第四十五条；机构的工作需要",
        recipients="要它的人",
        kept=("exports", "files"),
        measures="须写用途并再次验证；文件加密存放，一天后删除；下载留痕；打印件可核验",
    ),
    ProcessingActivity(
        "人员与审计",
        "分配岗位，追查谁办了什么",
        "工作人员",
        "姓名、岗位、培训证书、操作记录",
        sensitive=False,
        basis="第十三条第一款第（二）项人力资源管理；第（三）项法定义务",
        recipients="本机构管理员；审计员",
        kept=("audit", "answers"),
        measures="日志不含姓名、号码和病历文字；审计员与管理员分开",
    ),
)
