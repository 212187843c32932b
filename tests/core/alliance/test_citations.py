"""What people read of where a rule comes from."""

import pytest

from server.alliance.rules import cited


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("政策② 岗前培训率 90%→100%", "常政发〔2014〕124 号 岗前培训率 90%→100%"),
        ("①③ 全覆盖；⑤ 100%", "养医联合体实施方案（2024）、余姚医养结合工作方案（2020） 全覆盖；武民发〔2020〕24 号 100%"),
        ("余姚方案③附件 7-2", "余姚医养结合工作方案（2020）附件 7-2"),
        ("②常州方案（2014）的起点，③余姚方案的基线（据记忆）", "常政发〔2014〕124 号的起点，余姚医养结合工作方案（2020）的基线（未核对原文）"),
        ("等候天数（自拟，facts/domain.md §8）", "等候天数（自拟）"),
        ("双倍服务量（facts/domain.md 典型经验）", "双倍服务量（典型经验）"),
        ("GB/T 42195-2022（facts/domain.md §1.4）", "GB/T 42195-2022"),
        ("facts/domain.md §1.6，记忆", "未核对原文"),
        ("facts/wechat.md §5.3-5 每类服务的最短时长", "每类服务的最短时长"),
        ("症状码序【记忆】，项目全", "症状码序（未核对原文），项目全"),
        ("《长期处方管理规范（试行）》（2021）", "《长期处方管理规范（试行）》（2021）"),
    ],
)  # fmt: skip
def test_a_source_is_told_by_the_documents_name(kept, told):
    assert cited(kept) == told
