"""The numbers of this feature, each a row with its source (R7)."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "settlement.draw_day", 4, "day", "⑤ 按月结算；每月几号出上个月的结算单，留几天补确认，数值自拟"
    ),
    Parameter("settlement.answer_days", 10, "days", "⑤ 按月结算；出单后养老机构几天内答复，数值自拟"),
    Parameter(
        "settlement.line_answer_days",
        5,
        "days",
        "⑤ 按月结算；对一行的异议几天内答复，过后可以请主管部门裁定，数值自拟",
    ),
    Parameter(
        "settlement.care_from_grade",
        3,
        "grade",
        "医保发〔2020〕37 号：长护险试点重点解决重度失能；从重度失能Ⅰ级（3 级）起（记忆）",
    ),
    Parameter("settlement.look_back_days", 400, "days", "补记的服务最多往前算多少天，数值自拟"),
)
