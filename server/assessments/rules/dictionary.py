"""Annex A of GB/T 42195-2022: what is written down beside the items (facts/domain.md §1.5).

Household, means and insurance are asked only as far as they are needed: whoever has no reason to say may leave them open.
"""

from server.assessments.rules.questionnaires import NONE, AnswerKind, Item, Option, Section

DEMENTIA, MENTAL = "dementia", "mental"


def _one(code: str, label: str, *words: tuple[str, str], required: bool = False, hint: str = "") -> Item:
    options = tuple(Option(value, said) for value, said in words)
    return Item(code, label, options, required=required, hint=hint)


def _many(code: str, label: str, *words: tuple[str, str], required: bool = False, hint: str = "") -> Item:
    options = tuple(Option(value, said) for value, said in words)
    return Item(code, label, options, AnswerKind.MANY, required=required, hint=hint)


def _times(code: str, label: str) -> Item:
    options = tuple(Option(str(n), said, n) for n, said in enumerate(("没有", "1 次", "2 次", "3 次及以上")))
    return Item(code, label, options)


RISKS = Section(
    "A-2-14",
    "近 30 天内的照护风险事件",
    (
        _times("A-2-14-fall", "跌倒"),
        _times("A-2-14-lost", "走失"),
        _times("A-2-14-choking", "噎食"),
        _times("A-2-14-harm", "自杀、自伤"),
        _times("A-2-14-other", "其他"),
    ),
    hint="合计两次及以上，等级加重一级。",
    scored=False,
)
# Value, words with their ICD-10 codes, and whether it is a lasting disease (for the care level).
DISEASES: tuple[tuple[str, str, bool], ...] = (
    (NONE, "没有下列疾病", False),
    ("hypertension", "高血压 I10–I15", True),
    ("coronary", "冠心病 I25", True),
    ("diabetes", "糖尿病 E10–E14", True),
    ("pneumonia", "肺炎 J12–J18", False),
    ("copd", "慢性阻塞性肺疾病 J44", True),
    ("hemorrhage", "脑出血 I60–I62", True),
    ("infarction", "脑梗塞 I63", True),
    ("urinary", "尿路感染（30 天内）", False),
    ("parkinson", "帕金森综合征 G20–G22", True),
    ("renal", "慢性肾衰竭 N18–N19", True),
    ("cirrhosis", "肝硬化 K74", True),
    ("ulcer", "消化性溃疡 K20–K31", False),
    ("tumor", "肿瘤 C00–D48", True),
    ("amputation", "截肢（6 个月内）", False),
    ("fracture", "骨折（3 个月内）M84", False),
    ("epilepsy", "癫痫 G40", True),
    ("hypothyroidism", "甲状腺功能减退 E01–E03", True),
    ("cataract", "白内障 H25–H26", False),
    ("glaucoma", "青光眼 H40–H42", True),
    ("osteoporosis", "骨质疏松 M80–M82", True),
    (DEMENTIA, "痴呆 F00–F03", True),
    (MENTAL, "其他精神和行为障碍 F04–F99（精神科专科医生诊断）", True),
    ("other", "其他", False),
)
LASTING = frozenset(value for value, _, lasting in DISEASES if lasting)
DIAGNOSES = Section(
    "A-4",
    "疾病诊断",
    (
        _many(
            "A-4-1",
            "确诊的疾病（可多选）",
            *((value, words) for value, words, _ in DISEASES),
            required=True,
            hint="痴呆或精神障碍确诊的，等级加重一级。",
        ),
    ),
    scored=False,
)
_YES = (("no", "没有"), ("yes", "有"))
PROBLEMS = Section(
    "A-5",
    "健康相关问题",
    (
        _one(
            "A-5-1", "压力性损伤", ("none", "没有"), ("1", "Ⅰ期"), ("2", "Ⅱ期"), ("3", "Ⅲ期"), ("4", "Ⅳ期"), ("unstageable", "不可分期"),
        ),
        _one("A-5-2", "关节活动度", ("free", "不影响日常生活"), ("limited", "影响日常生活"), ("unclear", "无法判断")),
        _many(
            "A-5-3", "伤口", ("abrasion", "擦伤"), ("burn", "烧烫伤"), ("surgical", "术后伤口"), ("diabetic", "糖尿病足"),
            ("vascular", "血管性溃疡"), ("other", "其他"),
        ),
        _many(
            "A-5-4", "特殊护理", ("gastric", "胃管"), ("urinary", "尿管"), ("tracheal", "气管切开"), ("stoma", "造瘘"),
            ("ventilation", "无创呼吸机"), ("dialysis", "透析"), ("other", "其他"),
        ),
        _one("A-5-5", "疼痛", *_YES),
        _one("A-5-6", "牙齿缺失", *_YES),
        _one("A-5-7", "义齿", *_YES),
        _one("A-5-8", "吞咽困难", *_YES),
        _one("A-5-9", "营养不良（体重指数低）", *_YES),
        _one("A-5-10", "清理呼吸道无效", *_YES),
        _one("A-5-11", "昏迷", *_YES, required=True, hint="昏迷的直接定为能力完全丧失。"),
    ),
    scored=False,
)  # fmt: skip
PERSON = Section(
    "A-2",
    "基本情况",
    (
        _one(
            "A-2-8", "婚姻", ("single", "未婚"), ("married", "已婚"), ("widowed", "丧偶"), ("divorced", "离婚"), ("untold", "未说明"),
        ),
        _one(
            "A-2-9", "教育", ("none", "文盲"), ("primary", "小学"), ("junior", "初中"), ("senior", "高中、技校、中专"),
            ("college", "大学专科及以上"), ("untold", "不详"),
        ),
        _many(
            "A-2-10", "居住情况", ("alone", "独居"), ("spouse", "与配偶"), ("children", "与子女"), ("parents", "与父母"),
            ("siblings", "与兄弟姐妹"), ("relatives", "与其他亲属"), ("others", "与非亲属"), ("institution", "养老机构"),
        ),
        _many(
            "A-2-11", "医疗费用支付", ("employee", "城镇职工医保"), ("resident", "城乡居民医保"), ("self", "自费"),
            ("civil", "公务员补助"), ("enterprise", "企业补充保险"), ("public", "公费医疗及医疗照顾对象"), ("relief", "医疗救助"),
            ("major", "大病保险"),
        ),
        _many(
            "A-2-12", "经济来源", ("pension", "退休金、养老金"), ("children", "子女补贴"), ("friends", "亲友资助"),
            ("state", "国家普惠型补贴"), ("savings", "个人储蓄"), ("other", "其他补贴"),
        ),
    ),
    hint="本人不愿说的可以不填。",
    scored=False,
)  # fmt: skip
INFORMANT = Section(
    "A-3",
    "信息提供者和意见",
    (
        _one(
            "A-3-2", "信息提供者是长者的", ("self", "本人"), ("spouse", "配偶"), ("child", "子女"), ("relative", "其他亲属"),
            ("carer", "雇佣照顾者"), ("committee", "村（居）委会工作人员"), ("other", "其他"), required=True,
        ),
        Item("A-3-1", "信息提供者姓名", kind=AnswerKind.TEXT, required=False, hint="是本人就不用填"),
        Item("C-6", "监护人或家属的意见", kind=AnswerKind.TEXT, required=False),
    ),
    scored=False,
)  # fmt: skip

ABOUT = (RISKS, DIAGNOSES)
HEALTH = (PROBLEMS, PERSON, INFORMANT)
