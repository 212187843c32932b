"""The demo's message templates, as data: docs/wechat.md shows the same list, and a test compares them.

A keyword's kind is its key without the number, as on the platform.
"""

from dataclasses import dataclass, field


@dataclass
class Template:
    template_id: str
    title: str
    keywords: dict[str, str]  # key -> what it is, in the operator's words
    long_term: bool = False
    banned: bool = False
    choices: dict[str, list[str]] = field(default_factory=dict)  # for kind `enum`


def demo_templates() -> list[Template]:
    return [
        Template(
            "tmpl_appointment_booked",
            "预约成功通知",
            {
                "thing1": "就诊人",
                "thing2": "就诊机构",
                "thing3": "科室",
                "time4": "就诊时间",
                "thing5": "温馨提示",
            },
        ),
        Template(
            "tmpl_appointment_cancelled",
            "预约取消通知",
            {"thing1": "就诊人", "thing2": "就诊机构", "time3": "原就诊时间", "thing4": "取消原因"},
        ),
        Template(
            "tmpl_appointment_reminder",
            "就诊提醒",
            {
                "thing1": "就诊人",
                "thing2": "就诊机构",
                "thing3": "科室",
                "time4": "就诊时间",
                "thing5": "温馨提示",
            },
        ),
        Template(
            "tmpl_waitlist_offer",
            "候补成功通知",
            {"thing1": "就诊人", "thing2": "就诊机构", "time3": "可约时间", "time4": "请在此前确认"},
        ),
        Template(
            "tmpl_visit_report",
            "巡诊结果通知",
            {"thing1": "长者", "time2": "巡诊时间", "name3": "巡诊人员", "thing4": "结果摘要"},
        ),
        Template(
            "tmpl_rating_request",
            "服务评价提醒",
            {"thing1": "服务项目", "time2": "服务时间", "thing3": "温馨提示"},
        ),
        Template(
            "tmpl_consent_asked",
            "授权申请通知",
            {"thing1": "长者", "thing2": "申请机构", "thing3": "申请内容", "time4": "申请时间"},
        ),
        Template(
            "tmpl_case_answered",
            "意见反馈处理通知",
            {"character_string1": "编号", "phrase2": "处理状态", "thing3": "处理说明", "time4": "回复时间"},
        ),
        Template(
            "tmpl_emergency_read",
            "紧急调阅告知",
            {"thing1": "长者", "thing2": "调阅机构", "time3": "调阅时间", "thing4": "调阅原因"},
        ),
        Template(
            "tmpl_kinship_verified",
            "亲属关系认证结果",
            {"thing1": "长者", "phrase2": "认证结果", "time3": "认证时间", "thing4": "说明"},
        ),
    ]
