"""Whether the words of a report say well, clause by clause: a good beginning answers for nothing that follows it.

What is well is data by item, known by heart and marked so like the ranges. A clause that nobody knows is not well: a duty
too many is looked at and settled, a duty too few is seen by nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

GRAVE_WORDS = ("危急", "占位", "急性", "梗死", "Ⅲ度", "三度", "大量积液")

# Where it was looked: nothing in it is a finding. No two ways lead through the same letters, or a long line of them
# would be tried in all of them.
_PLACES = (
    r"双|两|左|右|侧|上|下|中|各|全|腹部?|胸[部廓腔]?|心[影率律]?|肺[野部门]?|纹理|透亮度|气管|肝|胆囊?|胆总管|胰腺?|脾|肾|"
    r"脏|壁|膈[面角]?|肋[缘间角]*|肠|胃|纵隔|瓣膜|听诊|区|主动脉[弓结]?|骨质?|眼|耳|裸|矫正|视力|听力|皮肤|巩膜|结膜|浅表|全身|淋巴结|"
    r"口腔|口唇|唇|咽部?|扁桃体|齿列|牙齿|运动功能|大小|形态|回声|包膜|B超|超声|胸片|DR|X线|正位片?|心电图|查体|体检|检查|所见|目前|"
    r"及|和|均|尚|:"
)
_PLACE = f"(?:{_PLACES})*"
_NOTHING = (
    r"(?:未见|未闻及|未触及|未及|未扪及|未发现|未检出|未查及|未查见"
    r"|无(?=异常|明显|特殊|压痛|反跳痛|杂音|病理性杂音|[干湿]*性?啰音|水肿|充血|肿大|叩|扩张|增大|黄染))"
)
# "Not done" is said of a whole clause: of nothing but what was to be looked at, and why not. "Not seen" (未查见, 未查及)
# is a finding, and so is anything else in the same breath.
_WHY = (
    r"(?:因|长期|卧床|不能搬动|不能配合|无法配合|不配合|行动不便|不便移动|外出|请假|住院|本人不愿意?|家属不同意|不同意"
    r"|下次补[查做]|待补[查做]?|、)*"
)
_NOT_DONE = re.compile(
    rf"{_PLACE}{_WHY}(?:未查|未做|未拍|拒查|拒做|拒绝|没有?查|没有?做)(?![见及出到])了?"
    rf"(?:{_PLACES}|运动试验|侧位片|CT|摄片|拍片|抽血|采血|化验|这一?项|[该此本]项|项目|、)*{_WHY}"
)
_NEITHER = re.compile(f"{_WHY}|{_PLACE}")
# "Not seen" that is no good news, and words after which a finding may stand in the same breath.
_NO_MORE = r"(?!.*(?:好转|吸收|缩小|减轻|恢复|消失|但|而|伴|另|余|除|仅|可见|改善))"
_WELL = ("-", "阴性", "粗筛阴性", "(?:大致|基本)?正常(?:范围内?)?", "在?正常范围内?", "良好")
_RATE = r"(?:[6-9]\d|100)(?:次/?分?|bpm)?"
_SOUNDS = (
    "呼吸音(?:清晰?|正常)",
    "清晰?",
    "律?齐",
    "心音(?:有力|正常)",
    "(?:平|平坦)?软",
    "平坦",
    "对称",
    "不大",
    _RATE,
)
WELL_OF: Mapping[str, tuple[str, ...]] = {
    "hearing": ("能?可?听见", "能?听清"),
    "motion": ("(?:可|能)?顺利完成", "(?:活动)?自如"),
    "heart_lungs": _SOUNDS,
    "ecg": (f"(?:正常)?窦性心律(?:{_RATE})?", "(?:大致)?正常心电图", _RATE),
    "chest": ("清晰", "锐利", "光滑", "居中", "对称", "不大"),
    "ultrasound": ("均匀", "光滑", "规则", "清晰", "光整", "不大", "不扩张"),
    "urine_protein": ("neg", "NEG"),
    "skin": ("完整", "红润"),
    "mouth": ("红润", "整齐"),
}
_CLAUSES = re.compile(r"[;,。!?()\[\]【】\n\s]+")
_BEFORE_UNIT = re.compile(r"\s+(?=次|bpm)")
_SIDES = re.compile(r"[左右双两上下]")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_SIGHT = re.compile(r"[左右双眼裸矫正视力LROSD:/、]*")
# From here on nobody calls it low vision: 0.3, or 4.5 on the scale of five marks (own choice).
LEAST_SIGHT, LEAST_OF_FIVE, MOST_DECIMAL, MOST_OF_FIVE = 0.3, 4.5, 2.0, 5.3


def was_done(text: str) -> bool:
    """Tell whether the words tell of a finding at all: "not done, lies in bed" does not."""
    return bool(_told(text))


def not_well(name: str, text: str) -> list[str]:
    """Return the clauses that do not say well of this item."""
    told = _told(text)
    if name == "sight" and _sees(",".join(told)):
        return []
    well = [re.compile(_PLACE + each) for each in (*_WELL, *WELL_OF.get(name, ()))]
    return [each for each in _parts(told) if not any(one.fullmatch(each) for one in well)]


def _told(text: str) -> list[str]:
    """Return the clauses that tell of a finding: without what was not done, where, and why not."""
    plain = _BEFORE_UNIT.sub("", unicodedata.normalize("NFKC", text).strip())
    clauses = [clause for clause in _CLAUSES.split(plain) if clause]
    done = [clause for clause in clauses if not _NOT_DONE.fullmatch(clause)]
    if done == clauses:
        return clauses
    return [clause for clause in done if not _NEITHER.fullmatch(clause)]


def _parts(clauses: Iterable[str]) -> Iterator[str]:
    """Give what has to say well by itself: each clause, and of "no a, b, c" only what may be another finding."""
    nothing, nowhere = re.compile(f"{_PLACE}{_NOTHING}{_NO_MORE}.*"), re.compile(_PLACE)
    for clause in clauses:
        denied = False
        for part in filter(None, clause.split("、")):
            if nothing.fullmatch(part):
                denied = True
            elif nowhere.fullmatch(part):
                continue  # "the liver, gall bladder and spleen": what is said of them follows
            elif not (denied and not _SIDES.match(part) and not any(word in part for word in GRAVE_WORDS)):
                yield part


def _sees(text: str) -> bool:
    numbers = [float(each) for each in _NUMBERS.findall(text)]
    return (
        bool(numbers)
        and all(
            LEAST_SIGHT <= each <= MOST_DECIMAL or LEAST_OF_FIVE <= each <= MOST_OF_FIVE for each in numbers
        )
        and all(_SIGHT.fullmatch(part) for part in _CLAUSES.split(_NUMBERS.sub("", text)))
    )
