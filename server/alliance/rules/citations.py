"""How the source of a rule is told to people: by the name of the document, and plainly where nobody has held it against the original.

The rules cite briefly, for those who keep them: ①–⑤ are the policy's documents, "记忆" is what was written down by heart, and
our working papers go by their path. Our invariants have numbers (I19). A reader has none of it.
"""

import re

DOCUMENTS = {
    "①": "养医联合体实施方案（2024）",
    "②": "常政发〔2014〕124 号",
    "③": "余姚医养结合工作方案（2020）",
    "④": "国卫办老龄发〔2023〕3 号",
    "⑤": "武民发〔2020〕24 号",
}
UNCHECKED = "未核对原文"
_NAMED_TWICE = re.compile(r"余姚方案(?=③)|(?<=③)余姚方案|(?<=②)常州方案（2014）")
_NUMBERS = re.compile(f"(?:政策)?([{''.join(DOCUMENTS)}]+)")
_OUR_PAPERS = re.compile(r"facts/\w+\.md *(?:§[\d.-]*\d)? *")
_INVARIANT = re.compile(r"（I\d+）|(?<=（)I\d+：")
_BY_HEART = re.compile("【记忆】|据?记忆")
_LOOSE_ENDS = re.compile("[，；：]+(?=）)|(?<=（)[，；：]+|^[，；：]+|[，；：]+$|（）")


def cited(citation: str) -> str:
    named = _NUMBERS.sub(
        lambda found: "、".join(DOCUMENTS[each] for each in found[1]), _NAMED_TWICE.sub("", citation)
    )
    told = _BY_HEART.sub(
        lambda found: f"（{UNCHECKED}）" if found[0].startswith("【") else UNCHECKED,
        _INVARIANT.sub("", _OUR_PAPERS.sub("", named)),
    )
    return _LOOSE_ENDS.sub("", told).strip()
