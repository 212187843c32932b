"""长期护理失能等级评估标准（试行）: the items are kept, the grade is entered as the assessing agency found it (facts/domain.md §2.8).

The table that combines the three dimensions into a grade was not to be had; tables in public code are made up (§0 trap 9). So
nothing is computed here, and no score is shown.
"""

from server.assessments.rules.questionnaires import AnswerKind, Item, Option, Questionnaire, Section
from server.consent.rules import RecordCategory

CODE = "ltc"
GRADE = "grade"
_DAILY = (
    ("eating", "进食", 3), ("dressing", "穿衣", 3), ("cleaning", "面部与口腔清洁", 2), ("bowels", "大便控制", 3), ("bladder", "小便控制", 3),
    ("toilet", "用厕", 3), ("walking", "平地行走", 4), ("transfer", "床椅转移", 4), ("stairs", "上下楼", 3), ("bathing", "洗澡", 2),
)  # fmt: skip
_MIND = (
    ("time", "时间定向", 5),
    ("people", "人物定向", 5),
    ("place", "空间定向", 5),
    ("memory", "记忆力", 5),
)
_SENSES = (("sight", "视力", 5), ("hearing", "听力", 5), ("talking", "沟通能力", 5))


def _items(rows: tuple[tuple[str, str, int], ...]) -> tuple[Item, ...]:
    return tuple(
        Item(
            code,
            label,
            tuple(
                Option(
                    str(step),
                    f"第 {step} 级{'（最差）' if step == 1 else '（最好）' if step == steps else ''}",
                )
                for step in range(1, steps + 1)
            ),
            required=False,
        )
        for code, label, steps in rows
    )


GRADES = (
    ("0", "基本正常"), ("1", "轻度失能"), ("2", "中度失能"), ("3", "重度失能Ⅰ级"), ("4", "重度失能Ⅱ级"), ("5", "重度失能Ⅲ级"),
)  # fmt: skip
LTC = Questionnaire(
    code=CODE,
    version="2021-trial",
    title="长期护理失能等级评估",
    short="长护险失能等级",
    source="《长期护理失能等级评估标准（试行）》医保办发〔2021〕37 号；等级按评估机构的结论录入",
    sure="facts/domain.md §2.8：结构高、选项级数中；三维组合判级表未取得，不计算",
    category=RecordCategory.ABILITY,
    sections=(
        Section("grade", "评估机构的结论", (
            Item(GRADE, "评定的等级", tuple(Option(value, f"{value} 级　{words}") for value, words in GRADES), hint="照评估结论书录入，系统不计算"),
            Item("agency", "评估机构", kind=AnswerKind.TEXT),
            Item("report", "结论书编号", kind=AnswerKind.TEXT),
        ), scored=False),
        Section("daily", "日常生活活动能力", _items(_DAILY), "结论书上有分项的照录，没有的不填。", scored=False),
        Section("mind", "认知能力", _items(_MIND), scored=False),
        Section("senses", "感知觉与沟通能力", _items(_SENSES), scored=False),
    ),
)  # fmt: skip
