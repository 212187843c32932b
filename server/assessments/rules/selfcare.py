"""老年人生活自理能力评估表, the five-item screen of public health: the higher, the worse, 0 to 37 (facts/domain.md §2.2).

Not the ability assessment: another purpose, another direction, never added to it (§0 trap 3).
"""

from server.assessments.rules.questionnaires import Item, Option, Questionnaire, Section
from server.consent.rules import RecordCategory

CODE = "selfcare"


def _item(code: str, label: str, hint: str, *grades: tuple[str, str, int]) -> Item:
    return Item(
        code,
        label,
        tuple(Option(value, f"{words}（{score} 分）", score) for value, words, score in grades),
        hint=hint,
    )


ITEMS = (
    _item(
        "eating", "进餐", "使用餐具将饭菜送入口、咀嚼、吞咽", ("able", "可自理：独立完成", 0), ("partly", "中度依赖：需要协助，如切碎、搅拌食物", 3),
        ("unable", "不能自理：完全需要帮助", 5),
    ),
    _item(
        "grooming", "梳洗", "梳头、洗脸、刷牙、剃须、洗澡", ("able", "可自理：独立完成", 0), ("little", "轻度依赖：能独立洗头、梳头、洗脸、刷牙，洗澡要协助", 1),
        ("partly", "中度依赖：在协助下和适当时间内能完成部分", 3), ("unable", "不能自理：完全需要帮助", 7),
    ),
    _item(
        "dressing", "穿衣", "穿衣裤、袜子、鞋子", ("able", "可自理：独立完成", 0), ("partly", "中度依赖：需要协助，在适当时间内完成部分", 3),
        ("unable", "不能自理：完全需要帮助", 5),
    ),
    _item(
        "toilet", "如厕", "小便、大便及自控", ("able", "可自理：不需协助，可自控", 0), ("little", "轻度依赖：偶尔失禁，但基本能如厕或使用便具", 1),
        ("partly", "中度依赖：经常失禁，在很多提示和协助下尚能如厕或使用便具", 5), ("unable", "不能自理：完全失禁，完全需要帮助", 10),
    ),
    _item(
        "moving", "活动", "站立、室内行走、上下楼梯、户外活动", ("able", "可自理：独立完成所有活动", 0),
        ("little", "轻度依赖：借助较小的外力或辅助装置能完成", 1), ("partly", "中度依赖：借助较大的外力才能完成站立、行走，不能上下楼梯", 5),
        ("unable", "不能自理：卧床不起，活动完全需要帮助", 10),
    ),
)  # fmt: skip

SELFCARE = Questionnaire(
    code=CODE,
    version="2017",
    title="老年人生活自理能力评估",
    short="自理能力筛查",
    source="国家基本公共卫生服务规范（第三版，2017）老年人健康管理",
    sure="facts/domain.md §2.2：分值、切点高；选项文字为转述（记忆）",
    category=RecordCategory.EXAM,
    sections=(Section("items", "五项自理能力", ITEMS),),
)
WORDS = ("可自理", "轻度依赖", "中度依赖", "不能自理")
LEVEL_FROM = (0, 4, 9, 19)  # the least points of each
