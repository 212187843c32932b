"""What is examined, as data by edition: a report keeps the edition it was made by. Never change one that was in use.

2017.3 is the third edition of the national norm; 2025.1 adds the chest X-ray and HbA1c for those aged 65 and more
(facts/domain.md 2.1); 2026.1 asks the rest of the form as well: symptoms, ways of living, medicines, the whole body (2.1 ①,
2.3). What cannot be done beside a bed is done at the hospital, or by its substitute.
"""

from collections.abc import Mapping

from server.checkups.rules.items import BLOOD, BODY, DRUGS, GUIDANCE, IMAGE, LIFE, WELL, Edition, Item


def _codes(*words: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(number), each) for number, each in enumerate(words, start=1))


_SYMPTOMS = _codes(
    "无症状", "头痛", "头晕", "心悸", "胸闷", "胸痛", "慢性咳嗽", "咳痰", "呼吸困难", "多饮", "多尿", "体重下降", "乏力", "关节肿痛",
    "视力模糊", "手脚麻木", "尿急", "尿痛", "便秘", "腹泻", "恶心呕吐", "眼花", "耳鸣", "乳房胀痛", "其他",
)  # fmt: skip
_BODY_THIRD = (
    Item("temperature", "体温", BODY, "℃", 30, 44, 1, "8310-5", needed=True),
    Item("pulse", "脉率", BODY, "次/分", 20, 250, 0, "8867-4", also=("心率", "脉搏"), needed=True),
    Item("breath", "呼吸频率", BODY, "次/分", 4, 80, 0, "9279-1", also=("呼吸",), needed=True),
    Item("systolic", "收缩压", BODY, "mmHg", 50, 300, also=("高压",), needed=True),
    Item("diastolic", "舒张压", BODY, "mmHg", 20, 200, also=("低压",), needed=True),
    Item("height", "身高", BODY, "cm", 80, 230, 1, "8302-2", needed=True),
    Item("weight", "体重", BODY, "kg", 20, 250, 1, "29463-7", needed=True),
    Item("waist", "腰围", BODY, "cm", 30, 200, 1, needed=True),
    Item("sight", "视力", BODY, needed=True),
    Item("hearing", "听力", BODY, needed=True),
    Item("motion", "运动功能", BODY, needed=True),
    Item("heart_lungs", "心肺腹查体", BODY, also=("内科", "查体"), needed=True),
)  # fmt: skip
_REST_THIRD = (
    Item("self_care", "生活自理能力评分", WELL, "分", 0.0, 37, also=("自理能力",), from_age=65, needed=True),
    Item("cognition", "认知功能粗筛", WELL, from_age=65, needed=True),
    Item("mood", "情感状态粗筛", WELL, from_age=65, needed=True),
    Item("hgb", "血红蛋白", BLOOD, "g/L", 20, 250, also=("HGB", "Hb"), needed=True),
    Item("wbc", "白细胞", BLOOD, "10⁹/L", 0.1, 200, 1, also=("WBC",), needed=True),
    Item("plt", "血小板", BLOOD, "10⁹/L", 1, 2000, also=("PLT",), needed=True),
    Item("urine_protein", "尿蛋白", BLOOD, also=("尿常规",), needed=True),
    Item("glucose", "空腹血糖", BLOOD, "mmol/L", 0.5, 50, 1, "1558-6", also=("血糖", "GLU"), needed=True),
    Item("alt", "谷丙转氨酶", BLOOD, "U/L", 1, 5000, also=("ALT", "血清谷丙转氨酶"), needed=True),
    Item("ast", "谷草转氨酶", BLOOD, "U/L", 1, 5000, also=("AST", "血清谷草转氨酶"), needed=True),
    Item("tbil", "总胆红素", BLOOD, "μmol/L", 0.1, 1000, 1, also=("TBIL",), needed=True),
    Item("creatinine", "血清肌酐", BLOOD, "μmol/L", 5, 3000, also=("肌酐", "CREA", "Cr"), needed=True),
    Item("urea", "血尿素", BLOOD, "mmol/L", 0.1, 100, 1, also=("尿素", "尿素氮", "BUN"), needed=True),
    Item("cholesterol", "总胆固醇", BLOOD, "mmol/L", 0.5, 30, 2, also=("TC", "CHOL"), needed=True),
    Item("triglyceride", "甘油三酯", BLOOD, "mmol/L", 0.1, 50, 2, also=("TG",), needed=True),
    Item("ldl", "低密度脂蛋白胆固醇", BLOOD, "mmol/L", 0.1, 20, 2, also=("LDL-C", "LDL"), needed=True),
    Item("hdl", "高密度脂蛋白胆固醇", BLOOD, "mmol/L", 0.1, 10, 2, also=("HDL-C", "HDL"), needed=True),
    Item("ecg", "心电图", IMAGE, needed=True),
    Item("ultrasound", "腹部B超", IMAGE, on_site=False, substitute="便携式 B 超上门", also=("B超", "腹部超声", "肝胆胰脾B超"), needed=True),
)  # fmt: skip
_THIRD = (*_BODY_THIRD, *_REST_THIRD)
_ADDED_2025 = (
    Item("chest", "胸片", IMAGE, on_site=False, substitute="巡回体检车拍片（自拟）", from_age=65,
         also=("胸部X线", "胸部DR", "胸部正位片"), needed=True),
    Item("hba1c", "糖化血红蛋白", BLOOD, "%", 2, 20, 1, "4548-4", from_age=65, also=("HbA1c",), needed=True),
)  # fmt: skip
_LIVING_2026 = (
    Item("symptoms", "症状", LIFE, options=_SYMPTOMS, many=True, needed=True, none="1"),
    Item("symptoms_other", "其他症状", LIFE, judged=False, longest=100, only_if=("symptoms", "25")),
    Item("self_health", "健康状态自我评估", LIFE, options=_codes("满意", "基本满意", "说不清楚", "不太满意", "不满意"),
         from_age=65, needed=True, also=("老年人健康状态自我评估", "自评健康")),
    Item("exercise", "体育锻炼", LIFE, options=_codes("每天", "每周一次以上", "偶尔", "不锻炼"), needed=True,
         also=("锻炼频率", "体育锻炼频率")),
    Item("exercise_minutes", "每次锻炼", LIFE, "分钟", 0, 600, also=("每次锻炼时间",)),
    Item("exercise_years", "坚持锻炼", LIFE, "年", 0, 90, also=("坚持锻炼时间",)),
    Item("diet", "饮食习惯", LIFE, options=_codes("荤素均衡", "荤食为主", "素食为主", "嗜盐", "嗜油", "嗜糖"), many=True, needed=True),
    Item("smoking", "吸烟状况", LIFE, options=_codes("从不吸烟", "已戒烟", "吸烟"), needed=True, also=("吸烟", "吸烟情况")),
    Item("smoking_daily", "日吸烟", LIFE, "支", 0, 100, also=("日吸烟量",)),
    Item("drinking", "饮酒频率", LIFE, options=_codes("从不", "偶尔", "经常", "每天"), needed=True, also=("饮酒", "饮酒情况")),
    Item("drinking_daily", "日饮酒（折白酒）", LIFE, "两", 0, 50, 1, also=("日饮酒量", "日饮酒")),
    Item("exposure", "职业病危害因素接触史", LIFE, options=_codes("无", "有"), needed=True, also=("职业接触史", "职业暴露")),
    Item("exposure_text", "接触什么、多少年、有没有防护", LIFE, judged=False, also=("职业接触种类",), only_if=("exposure", "2")),
    Item("problems", "现存主要健康问题", DRUGS, judged=False, longest=300, needed=True, hint="没有就写“无”",
         also=("既往疾病", "健康问题")),
    Item("medicines", "主要用药", DRUGS, judged=False, longest=400, needed=True, hint="最多六种：名称、用法、用量、用了多久；没有就写“无”",
         also=("用药情况",)),
    Item("adherence", "服药依从性", DRUGS, options=_codes("规律", "间断", "不服药"), needed=True),
    Item("stays", "近一年住院和家庭病床", DRUGS, judged=False, also=("住院史", "家庭病床史")),
    Item("vaccines", "近一年预防接种", DRUGS, judged=False, also=("预防接种", "非免疫规划预防接种史")),
)  # fmt: skip
_BODY_2026 = (
    Item("skin", "皮肤", BODY, longest=100, needed=True),
    Item("lymph", "浅表淋巴结", BODY, longest=100, needed=True, also=("淋巴结",)),
    Item("mouth", "口腔", BODY, longest=100, needed=True, hint="口唇、齿列、咽部；正常就写“正常”"),
    Item("edema", "下肢水肿", BODY, options=_codes("无", "单侧", "双侧不对称", "双侧对称"), well=("1",), needed=True, also=("水肿",)),
)  # fmt: skip
_GUIDANCE_2026 = (
    Item("guidance", "健康指导分类", GUIDANCE, options=_codes("纳入慢性病患者健康管理", "建议复查", "建议转诊"), many=True),
    Item("risks", "危险因素控制", GUIDANCE,
         options=_codes("戒烟", "健康饮酒", "饮食", "锻炼", "减体重", "建议接种疫苗", "其他"), many=True),
)  # fmt: skip
_2025 = "同上，2025年6月26日通稿：65 岁及以上增加胸部数字化 X 线正位片与糖化血红蛋白"
EDITIONS: Mapping[str, Edition] = {
    each.version: each
    for each in (
        Edition("2017.3", "国家基本公共卫生服务规范（第三版，2017）健康体检表、老年人健康管理", _THIRD),
        Edition("2025.1", _2025, (*_THIRD, *_ADDED_2025)),
        Edition(
            "2026.1",
            f"国家基本公共卫生服务规范（第三版，2017）健康体检表全表；{_2025.removeprefix('同上，')}；症状码序【记忆】",
            (*_LIVING_2026, *_BODY_THIRD, *_BODY_2026, *_REST_THIRD, *_ADDED_2025, *_GUIDANCE_2026),
        ),
    )
}
SINCE = ((2026, "2026.1"), (2025, "2025.1"), (0, "2017.3"))


def edition_of(year: int) -> Edition:
    """Return what is examined in a year."""
    return next(EDITIONS[version] for first, version in SINCE if year >= first)
