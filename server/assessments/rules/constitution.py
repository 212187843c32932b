"""老年人中医药健康管理: 33 items, nine constitutions (facts/domain.md §2.7).

Items 9, 14 and 28 are not asked by how often but measured; their lines are parameters (known by heart). Seven colds a year,
which the official table leaves out, count as four points, and the number itself is kept.
"""

from server.assessments.rules.questionnaires import AnswerKind, Item, Option, Questionnaire, Section
from server.consent.rules import RecordCategory

CODE = "constitution"
_OFTEN = (
    (1, "没有（根本不）"),
    (2, "很少（有一点）"),
    (3, "有时（有些）"),
    (4, "经常（相当）"),
    (5, "总是（非常）"),
)
_HEIGHT, _WEIGHT, _COLDS, _WAIST = "height", "weight", "colds", "waist"
_ASKED = {
    1: "您精力充沛吗？", 2: "您容易疲乏吗？", 3: "您容易气短，呼吸短促，接不上气吗？", 4: "您说话声音低弱无力吗？",
    5: "您感到闷闷不乐、情绪低沉吗？", 6: "您容易精神紧张、焦虑不安吗？", 7: "您因为生活状态改变而感到孤独、失落吗？", 8: "您容易感到害怕或受到惊吓吗？",
    10: "您眼睛干涩吗？", 11: "您手脚发凉吗？", 12: "您胃脘部、背部或腰膝部怕冷吗？", 13: "您比一般人耐受不了寒冷吗？",
    15: "您没有感冒时也会鼻塞、流鼻涕吗？", 16: "您有口粘口腻，或睡眠打鼾吗？", 18: "您的皮肤容易起荨麻疹吗？",
    19: "您的皮肤在不知不觉中会出现青紫瘀斑、皮下出血吗？", 20: "您的皮肤一抓就红，并出现抓痕吗？", 21: "您皮肤或口唇干吗？",
    22: "您有肢体麻木或固定部位疼痛的感觉吗？", 23: "您面部或鼻部有油腻感或者油亮发光吗？", 24: "您面色或目眶晦暗，或出现褐色斑块吗？",
    25: "您有皮肤湿疹、疮疖吗？", 26: "您感到口干咽燥、总想喝水吗？", 27: "您感到口苦或嘴里有异味吗？", 29: "您吃凉的东西会感到不舒服，或者怕吃凉的东西吗？",
    30: "您有大便粘滞不爽、解不尽的感觉吗？", 31: "您容易大便干燥吗？", 32: "舌苔厚腻吗？（调查员观察）", 33: "舌下静脉瘀紫或增粗吗？（调查员观察）",
}  # fmt: skip
ALLERGIES = Item(
    "Q17",
    "您容易过敏吗？（药物、食物、气味、花粉等，一年几次）",
    tuple(
        Option(str(score), words, score)
        for score, words in enumerate(("从来没有", "一年 1～2 次", "一年 3～4 次", "一年 5～6 次", "每次遇到都过敏"), start=1)
    ),
)  # fmt: skip
MEASURED = {
    9: (
        Item(_HEIGHT, "身高", kind=AnswerKind.NUMBER, low=80, high=230, unit="厘米", decimals=1),
        Item(_WEIGHT, "体重", kind=AnswerKind.NUMBER, low=20, high=250, unit="千克", decimals=1, hint="身体超重不轻松（第 9 题）按身高、体重算"),
    ),
    14: (Item(_COLDS, "一年感冒几次（第 14 题）", kind=AnswerKind.NUMBER, low=0, high=60, unit="次", hint="几乎每月都感冒填 12"),),
    28: (Item(_WAIST, "腹围（第 28 题）", kind=AnswerKind.NUMBER, low=40, high=200, unit="厘米", decimals=1),),
}  # fmt: skip


def _often(number: int) -> Item:
    options = tuple(Option(str(score), words, score) for score, words in _OFTEN)
    return Item(f"Q{number}", f"{number}. {_ASKED[number]}", options)


def _items() -> tuple[Item, ...]:
    found: list[Item] = []
    for number in range(1, 34):
        if number in MEASURED:
            found += MEASURED[number]
        else:
            found.append(ALLERGIES if number == int(ALLERGIES.code[1:]) else _often(number))
    return tuple(found)


ADVICE = Item(
    "guidance",
    "给了哪些指导（可多选）",
    tuple(
        Option(str(number), words)
        for number, words in enumerate(("情志调摄", "饮食调养", "起居调摄", "运动保健", "穴位保健", "其他"), start=1)
    ),
    AnswerKind.MANY,
    required=False,
)  # fmt: skip
CONSTITUTION = Questionnaire(
    code=CODE,
    version="2013",
    title="老年人中医药健康管理（体质辨识）",
    short="中医体质辨识",
    source="老年人中医药健康管理服务记录表（国家基本公共卫生服务规范（第三版））",
    sure="facts/domain.md §2.7：题目、计分高；平和质取“≤”中；第 9、14、17、28 题切点记忆",
    category=RecordCategory.TCM,
    sections=(
        Section("items", "近一年的体验和感觉", _items()),
        Section("guidance", "保健指导", (ADVICE,), scored=False),
    ),
)
# Constitution: its items. The leaning ones come first; the balanced one takes some turned round (6 − the answer).
LEANING: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("qi", "气虚质", (2, 3, 4, 14)),
    ("yang", "阳虚质", (11, 12, 13, 29)),
    ("yin", "阴虚质", (10, 21, 26, 31)),
    ("phlegm", "痰湿质", (9, 16, 28, 32)),
    ("damp", "湿热质", (23, 25, 27, 30)),
    ("stasis", "血瘀质", (19, 22, 24, 33)),
    ("stagnation", "气郁质", (5, 6, 7, 8)),
    ("special", "特禀质", (15, 17, 18, 20)),
)
BALANCED = ("balanced", "平和质", (1, 2, 4, 5, 13))
TURNED = frozenset({2, 4, 5, 13})
YES_FROM, TENDENCY_FROM = 11, 9
BALANCED_FROM, BALANCED_OTHERS, MOSTLY_OTHERS = 17, 8, 10
HEIGHT, WEIGHT, COLDS, WAIST = _HEIGHT, _WEIGHT, _COLDS, _WAIST
