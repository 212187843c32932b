"""The policy numbers of this feature, each with the law that it comes from (facts/domain.md 5)."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "privacy.rectify_days", 15, "days", "个人信息保护法第四十六条“及时更正”；十五日为自拟", "assumed"
    ),
    Parameter(
        "privacy.rectifications_open",
        10,
        "requests",
        "一位长者同时等答复的登记信息更正申请，自拟；对健康记录的异议不限",
        "assumed",
    ),
    Parameter(
        "privacy.keep_outpatient_years",
        15,
        "years",
        "医疗机构病历管理规定：门急诊病历自最后一次就诊起不少于 15 年",
        "high",
    ),
    Parameter(
        "privacy.keep_inpatient_years",
        30,
        "years",
        "医疗机构病历管理规定：住院病历自最后一次出院起不少于 30 年",
        "high",
    ),
    Parameter(
        "privacy.keep_accounts_years",
        30,
        "years",
        "会计档案管理办法（2015 财政部、国家档案局令第 79 号）附表：会计凭证、账簿 30 年（记忆，待核对）",
        "low",
    ),
    Parameter(
        "privacy.keep_audit_days",
        3 * 365,
        "days",
        "网络安全法：网络日志不少于 6 个月；个人信息保护法第五十六条：处理情况记录不少于 3 年，取其长",
        "high",
    ),
    Parameter(
        "privacy.keep_consent_days",
        3 * 365,
        "days",
        "网络数据安全管理条例：提供、委托处理的记录不少于 3 年，自同意结束之日起",
        "high",
    ),
    Parameter(
        "privacy.keep_processing_days",
        3 * 365,
        "days",
        "个人信息保护法第五十六条：影响评估报告和处理情况记录不少于 3 年",
        "high",
    ),
    Parameter(
        "privacy.keep_messages_days", 365, "days", "个人信息保护法第十九条“最短时间”；一年为自拟", "assumed"
    ),
    Parameter(
        "privacy.keep_call_words_days",
        180,
        "days",
        "个人信息保护法第十九条；打完电话后留言保留半年为自拟",
        "assumed",
    ),
    Parameter(
        "privacy.keep_answers_days",
        7,
        "days",
        "个人信息保护法第十九条；防重复提交的答复保留一周为自拟",
        "assumed",
    ),
    Parameter(
        "privacy.keep_news_days",
        180,
        "days",
        "个人信息保护法第十九条；已处理的内部消息保留半年为自拟",
        "assumed",
    ),
    Parameter(
        "privacy.keep_invitations_days",
        365,
        "days",
        "个人信息保护法第十九条；没有用上的代办邀请保留一年为自拟",
        "assumed",
    ),
    Parameter(
        "privacy.keep_exports_days",
        3 * 365,
        "days",
        "网络数据安全管理条例：提供记录不少于 3 年；表格文件本身一天后即删",
        "high",
    ),
    Parameter(
        "privacy.keep_rectifications_days",
        3 * 365,
        "days",
        "个人信息保护法第五十六条；更正申请的文字自办结起保留 3 年",
        "medium",
    ),
    Parameter(
        "privacy.breach_authority_hours",
        24,
        "hours",
        "个人信息保护法第五十七条“立即”；24 小时为自拟，属网络安全事件的另按国家报告时限",
        "assumed",
    ),
    Parameter(
        "privacy.breach_people_hours",
        72,
        "hours",
        "个人信息保护法第五十七条“立即……通知个人”；72 小时为自拟",
        "assumed",
    ),
)
