"""老年人能力评估规范 GB/T 42195-2022: 26 items, 90 points, five levels (facts/domain.md §1; the words are retold, not quoted).

B.1.7's three points: sources differ between "每天 <1 次" and "每周 <1 次"; the gradient asks for the week (confidence medium).
B.3.9 keeps 昏睡 and 昏迷 apart: both score nought, a coma decides the level by itself.
"""

from server.assessments.rules.dictionary import ABOUT, HEALTH
from server.assessments.rules.questionnaires import Item, Option, Questionnaire, Section
from server.consent.rules import RecordCategory

CODE = "gbt42195"
COMA = "coma"

_COMMON = (
    (4, "独立完成"),
    (3, "需要有人在旁指导或提示"),
    (2, "需要协助，但以自己为主"),
    (1, "主要靠他人，自己能配合"),
    (0, "完全依赖他人，不能配合"),
)


def _item(code: str, label: str, *grades: tuple[int, str], hint: str = "") -> Item:
    options = tuple(Option(str(score), f"{score} 分　{words}", score) for score, words in grades or _COMMON)
    return Item(code, label, options, hint=hint)


SELF_CARE = Section("B-1", "自理能力", (
    _item(
        "B-1-1", "进食", (4, "独立完成，没有呛咳"), (3, "需要提示，或独立使用辅具，没有呛咳"),
        (2, "需要少量接触式协助，或偶有呛咳（每月 1 次及以上）"), (1, "需要大量接触式协助，或经常呛咳（每周 1 次及以上）"),
        (0, "完全依赖他人，或吞咽困难，或留置营养管"),
    ),
    _item("B-1-2", "修饰", hint="洗脸、刷牙、梳头、刮脸、剪指甲等"),
    _item("B-1-3", "洗澡", hint="清洗并擦干身体"),
    _item("B-1-4", "穿/脱上衣"),
    _item("B-1-5", "穿/脱裤子和鞋袜"),
    _item(
        "B-1-6", "小便控制", (4, "正常"), (3, "白天能控制，夜间次数多或控制较差，或自行使用尿垫等"),
        (2, "白天大部分能控制，偶有失禁（每天不到 1 次但每周 1 次以上），或需少量协助"),
        (1, "白天大部分不能控制（每天 1 次及以上，未完全失控），或需大量协助"), (0, "完全失禁，或留置导尿管"),
    ),
    _item(
        "B-1-7", "大便控制", (4, "正常"), (3, "有时便秘或失禁（每周不到 1 次），或自行使用辅助物"),
        (2, "经常便秘或失禁（每天不到 1 次但每周 1 次以上），或需少量协助"), (1, "大部分时间便秘或失禁（每天 1 次及以上），或需大量协助"),
        (0, "严重便秘，或完全失禁，依赖他人"),
    ),
    _item("B-1-8", "如厕", hint="包括解裤、清洁、穿裤"),
))  # fmt: skip
MOBILITY = Section("B-2", "基础运动能力", (
    _item("B-2-1", "床上体位转移"),
    _item("B-2-2", "床椅转移"),
    _item(
        "B-2-3", "平地行走", (4, "独立走约 50 米，没有跌倒风险"), (3, "能走约 50 米，有跌倒风险要人监护，或用拐杖、助行器"),
        (2, "需要少量扶持"), (1, "需要大量扶持"), (0, "不能步行"),
    ),
    _item(
        "B-2-4", "上下楼梯", (3, "独立连续上下 10～15 级"), (2, "需要指导或提示"), (1, "需要协助，但以自己为主"),
        (0, "主要靠他人，或完全依赖他人"),
    ),
))  # fmt: skip
_SLOWER = (
    (4, "正常"),
    (3, "需要多给些时间"),
    (2, "有困难，要反复或简化"),
    (1, "严重困难，要大量帮助"),
    (0, "完全不能"),
)
_CONSCIOUS = Item(
    "B-3-9",
    "意识水平",
    (
        Option("2", "2 分　神志清醒", 2),
        Option("1", "1 分　嗜睡或意识模糊", 1),
        Option("0", "0 分　昏睡", 0),
        Option(COMA, "0 分　昏迷（直接定为完全丧失）", 0),
    ),
    hint="昏睡能被唤醒，昏迷不能",
)
MIND = Section("B-3", "精神状态", (
    _item(
        "B-3-1", "时间定向", (4, "年、月清楚，日期可差一天"), (3, "不能全部分清，相差两天或以上"), (2, "只知道上、下半年或季节"),
        (1, "只知道上、下午或昼夜"), (0, "没有时间观念"),
    ),
    _item(
        "B-3-2", "空间定向", (4, "能在日常范围内独自外出"), (3, "不能独自外出，但准确知道住址"), (2, "知道较多地址信息"),
        (1, "知道较少地址信息"), (0, "没有空间观念"),
    ),
    _item(
        "B-3-3", "人物定向", (4, "认识长期共同生活的人，能称呼并知道关系"), (3, "认识大部分"), (2, "认识部分"),
        (1, "只认识自己或极少数人"), (0, "不认识任何人，包括自己"),
    ),
    _item(
        "B-3-4", "记忆", (4, "与年龄相称，能完整回忆"), (3, "轻度紊乱，或不能即时回忆（三个词五分钟后只记得 0～1 个）"),
        (2, "中度紊乱，或不能回忆近期的事"), (1, "重度紊乱，或不能回忆远期的事"), (0, "完全紊乱"),
    ),
    _item("B-3-5", "理解能力", *_SLOWER),
    _item("B-3-6", "表达能力", *_SLOWER),
    _item("B-3-7", "攻击行为", (1, "近一个月没有出现"), (0, "近一个月出现过（身体或语言）")),
    _item("B-3-8", "抑郁症状", (1, "近一个月没有出现"), (0, "近一个月出现过负性情绪")),
    _CONSCIOUS,
))  # fmt: skip
TAKING_PART = Section("B-4", "感知觉与社会参与", (
    _item("B-4-1", "视力", (2, "正常"), (1, "看不清标准字体或大标题，能辨认物体"), (0, "只能看到光、颜色和形状，或失明"), hint="戴平时的眼镜评"),
    _item("B-4-2", "听力", (2, "正常"), (1, "轻声或两米外听不清，要安静或大声"), (0, "大声慢说才部分听见，或失聪"), hint="戴平时的助听器评"),
    _item(
        "B-4-3", "执行日常事务", (4, "完全独立"), (3, "需要监护或指导"), (2, "需要少量协助"), (1, "需要大量协助"), (0, "完全依赖他人"),
        hint="洗衣、小额购物、服药管理等",
    ),
    _item(
        "B-4-4", "使用交通工具外出", (3, "能自己骑车或乘公共交通"), (2, "能自己乘出租车，不会乘其他公共交通"), (1, "有人陪同能乘公共交通"),
        (0, "只能在协助下乘出租车、私家车，或完全不能外出"),
    ),
    _item(
        "B-4-5", "社会交往能力", (4, "适应社会，待人得体"), (3, "适应单纯环境，主动接触他人"), (2, "脱离社会，只被动接触，容易上当"),
        (1, "勉强接触，内容不清，表情不当"), (0, "不能与人交往"),
    ),
))  # fmt: skip

GBT42195 = Questionnaire(
    code=CODE,
    version="2022",
    title="老年人能力评估",
    short="能力评估",
    source="GB/T 42195-2022《老年人能力评估规范》附录 A、B",
    sure="facts/domain.md §1：题目、分值、切点、变更依据高；B.1.7 的 3 分中；选项文字为转述，付印前须与标准原件核对",
    category=RecordCategory.ABILITY,
    sections=(SELF_CARE, MOBILITY, MIND, TAKING_PART, *ABOUT, *HEALTH),
)
# The least points of each level, the best first (§1.3): national constants, part of the standard's version.
LEVEL_FROM = (90, 66, 46, 30, 0)
