"""The editions of the forms. Never change one that was in use: add the next."""

from collections.abc import Mapping

from server.followups.rules.diseases import Disease
from server.followups.rules.forms import NONE, OTHER, SYMPTOMS, YES, Ask, Form, Question, Section

_CITATION = "国家基本公共卫生服务规范（第三版，2017）随访服务记录表；限值与记录的测量项一致"
_GOOD = (("1", "良好"), ("2", "一般"), ("3", "差"))


def _codes(*words: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(number), each) for number, each in enumerate(words, start=1))


def _number(  # noqa: PLR0917  a table reads best in columns
    name: str, words: str, unit: str, low: float, high: float, decimals: int = 0, *, needed: bool = False,
    carried: bool = False,
) -> Question:  # fmt: skip
    return Question(
        name,
        words,
        Ask.NUMBER,
        unit=unit,
        low=low,
        high=high,
        decimals=decimals,
        needed=needed,
        carried=carried,
    )


def _text(
    name: str,
    words: str,
    longest: int = 100,
    *,
    carried: bool = False,
    only_if: tuple[str, str] | None = None,
) -> Question:
    return Question(name, words, Ask.TEXT, longest=longest, carried=carried, only_if=only_if)


_WAY = Question("way", "随访方式", Ask.ONE, _codes("门诊", "家庭", "电话"), needed=True)
_PRESSURE = (
    _number("systolic", "收缩压（高压）", "mmHg", 50, 300, needed=True),
    _number("diastolic", "舒张压（低压）", "mmHg", 20, 200, needed=True),
)
_BODY = (
    _number("pulse", "心率", "次/分", 20, 250),
    _number("weight", "体重", "kg", 20, 250, 1),
    _number("weight_target", "体重目标", "kg", 20, 250, 1, carried=True),
    _number("height", "身高", "cm", 80, 230, 1, carried=True),
)
_HABITS = (
    _number("smoking", "日吸烟", "支", 0, 100, carried=True),
    _number("smoking_target", "日吸烟目标", "支", 0, 100, carried=True),
    _number("drinking", "日饮酒（折白酒）", "两", 0, 50, 1, carried=True),
    _number("drinking_target", "日饮酒目标", "两", 0, 50, 1, carried=True),
    _number("exercise_times", "运动", "次/周", 0, 30, carried=True),
    _number("exercise_minutes", "每次运动", "分钟", 0, 600, carried=True),
    _number("exercise_times_target", "运动目标", "次/周", 0, 30, carried=True),
    _number("exercise_minutes_target", "每次运动目标", "分钟", 0, 600, carried=True),
)
_MIND = (
    Question("mind", "心理调整", Ask.ONE, _GOOD),
    Question("compliance", "遵医行为", Ask.ONE, _GOOD),
)
_TREATED = (
    Question("adherence", "服药依从性", Ask.ONE, _codes("规律", "间断", "不服药"), needed=True),
    Question("reaction", "药物不良反应", Ask.ONE, _codes("无", "有"), needed=True),
    _text("reaction_text", "不良反应是什么", 200, only_if=("reaction", YES)),
    Question("reaction_hard", "不良反应难以控制", Ask.TICK, only_if=("reaction", YES)),
    Question(
        "complication", "并发症", Ask.ONE, _codes("没有变化", "出现新的并发症", "原有并发症加重"), needed=True
    ),
)
_MEDICINES = (
    *(
        question
        for place in (1, 2, 3)
        for question in (
            _text(f"medicine_{place}", f"药物 {place}", carried=True),
            _number(f"medicine_{place}_times", f"药物 {place} 每天", "次", 0, 12, carried=True),
            _text(f"medicine_{place}_dose", f"药物 {place} 每次", carried=True),
        )
    ),
    _text("medicine_other", "其他药物", 200, carried=True),
)
_REFERRAL = Section("转诊与备注", (_text("referral_to", "转往机构及科别"), _text("remark", "备注", 300)))

HYPERTENSION_2017 = Form(
    Disease.HYPERTENSION,
    "2017.1",
    _CITATION,
    (
        Section(
            "随访与症状",
            (
                _WAY,
                Question(
                    SYMPTOMS,
                    "症状",
                    Ask.MANY,
                    _codes(
                        "无症状", "头痛头晕", "恶心呕吐", "眼花耳鸣", "呼吸困难", "心悸胸闷", "鼻衄出血不止",
                        "四肢发麻", "下肢水肿", "其他",
                    ),
                    needed=True,
                    none=NONE,
                ),
                _text("symptoms_other", "其他症状", only_if=(SYMPTOMS, OTHER)),
                Question(
                    "urgent_signs",
                    "有没有这些要马上转诊的情况",
                    Ask.MANY,
                    _codes(
                        "意识改变", "剧烈头痛或头晕", "恶心呕吐", "视力模糊、眼痛", "心悸、胸闷、喘憋不能平卧", "心前区疼痛",
                        "妊娠期或哺乳期血压高于正常", "有不能处理的其他疾病",
                    ),
                ),
            ),
        ),
        Section("体征", (*_PRESSURE, *_BODY, _text("signs", "其他体征"))),
        Section(
            "生活方式",
            (
                *_HABITS,
                Question("salt", "摄盐", Ask.ONE, _codes("轻", "中", "重"), carried=True),
                Question("salt_target", "摄盐目标", Ask.ONE, _codes("轻", "中", "重"), carried=True),
                *_MIND,
            ),
        ),
        Section("检查与用药", (_text("tests", "辅助检查", 300), *_TREATED, *_MEDICINES)),
        _REFERRAL,
    ),
)  # fmt: skip
DIABETES_2017 = Form(
    Disease.DIABETES,
    "2017.1",
    f"{_CITATION}；足背动脉搏动的代码【记忆】",
    (
        Section(
            "随访与症状",
            (
                _WAY,
                Question(
                    SYMPTOMS,
                    "症状",
                    Ask.MANY,
                    _codes(
                        "无症状", "多饮", "多食", "多尿", "视力模糊", "感染", "手脚麻木", "下肢浮肿", "体重明显下降", "其他"
                    ),
                    needed=True,
                    none=NONE,
                ),
                _text("symptoms_other", "其他症状", only_if=(SYMPTOMS, OTHER)),
                Question(
                    "urgent_signs",
                    "有没有这些要马上转诊的情况",
                    Ask.MANY,
                    _codes(
                        "意识或行为改变", "呼气有烂苹果样丙酮味", "心悸、出汗", "食欲减退、恶心、呕吐", "明显的多饮、多尿", "腹痛",
                        "深大呼吸、皮肤潮红", "视力骤降或其他突发异常", "妊娠期或哺乳期血糖高于正常", "有不能处理的其他疾病",
                    ),
                ),
            ),
        ),
        Section(
            "体征",
            (
                *_PRESSURE,
                *_BODY,
                _number("temperature", "体温", "℃", 30, 44, 1),
                Question("foot_pulse", "足背动脉搏动", Ask.ONE, _codes("触及正常", "减弱", "消失")),
                _text("signs", "其他体征"),
            ),
        ),
        Section(
            "生活方式",
            (
                *_HABITS,
                _number("staple", "主食", "克/天", 0, 2000, carried=True),
                _number("staple_target", "主食目标", "克/天", 0, 2000, carried=True),
                *_MIND,
            ),
        ),
        Section(
            "检查与用药",
            (
                _number("glucose", "空腹血糖", "mmol/L", 0.5, 50, 1, needed=True),
                _number("hba1c", "糖化血红蛋白", "%", 2, 20, 1),
                Question("hba1c_on", "糖化血红蛋白检查日期", Ask.DAY),
                _text("tests", "其他检查", 300),
                *_TREATED,
                Question("low_sugar", "低血糖反应", Ask.ONE, _codes("无", "偶尔", "频繁"), needed=True),
                *_MEDICINES,
                _text("insulin", "胰岛素（种类、用法和用量）", 200, carried=True),
            ),
        ),
        _REFERRAL,
    ),
)  # fmt: skip

FORMS: Mapping[tuple[str, str], Form] = {
    (form.code, form.version): form for form in (HYPERTENSION_2017, DIABETES_2017)
}
CURRENT: Mapping[Disease, Form] = {
    Disease.HYPERTENSION: HYPERTENSION_2017,
    Disease.DIABETES: DIABETES_2017,
}


def form_of(code: str, version: str) -> Form:
    return FORMS[code, version]
