"""Who has looked, said so that the resident understands it, in every case."""

from itertools import product
from typing import Any

import pytest

from server.audit.chain import AccessBasis
from server.consent.rules import Purpose
from server.people.rules import Relation
from server.records.rules import EmergencyStatus
from server.records.rules.looks import RELATION_WORDS, Addressee, Look, look_in_words

B, P = AccessBasis, Purpose
SEEN = "慢性病随访、用药与过敏"


def said(basis: AccessBasis, purpose: Purpose, **more: Any) -> str:
    usual: dict[str, Any] = {"reader": "何静", "institution": None, "seen": SEEN, "to": Addressee.RESIDENT}
    return look_in_words(Look(basis=basis, purpose=purpose, **{**usual, **more}))


class TestTheSentence:
    @pytest.mark.parametrize(
        ("sentence", "words"),
        [
            (said(B.OWN, P.SELF, reader="王桂兰", by_addressee=True), f"您自己看了：{SEEN}"),
            (said(B.OWN, P.SELF, reader="王桂兰", to=Addressee.PROXY), f"王桂兰本人看了：{SEEN}"),
            (
                said(B.PROXY, P.SELF, reader="陈晓敏", relation=Relation.CHILD),
                f"您的代办人陈晓敏（子女）看了：{SEEN}",
            ),
            (said(B.PROXY, P.SELF, reader="周正", relation=Relation.OTHER), f"您的代办人周正看了：{SEEN}"),
            (
                said(
                    B.PROXY,
                    P.SELF,
                    reader="陈晓敏",
                    relation=Relation.CHILD,
                    to=Addressee.PROXY,
                    by_addressee=True,
                ),
                f"您看了：{SEEN}",
            ),
            (
                said(B.PROXY, P.SELF, reader="陈晓敏", relation=Relation.CHILD, to=Addressee.OVERSIGHT),
                f"代办人陈晓敏（子女）看了：{SEEN}",
            ),
            (
                said(B.CONSENT, P.VISIT, institution="颐和养老院"),
                f"颐和养老院的何静因上门巡诊看了：{SEEN}（您同意过）",
            ),
            (
                said(B.CONSENT, P.TREATMENT, institution="第一人民医院", to=Addressee.PROXY),
                f"第一人民医院的何静因看病诊疗看了：{SEEN}（长者一方同意过）",
            ),
            (
                said(B.AUTHOR, P.CARE, institution="颐和养老院"),
                f"颐和养老院的何静因日常照护看了：{SEEN}（他们自己写的记录）",
            ),
            (
                said(B.EMERGENCY, P.EMERGENCY, institution="第一人民医院", review=EmergencyStatus.OPEN),
                f"第一人民医院的何静因急救看了：{SEEN}（紧急查阅，正在复核）",
            ),
            (
                said(
                    B.EMERGENCY, P.EMERGENCY, institution="第一人民医院", review=EmergencyStatus.UNJUSTIFIED
                ),
                f"第一人民医院的何静因急救看了：{SEEN}（紧急查阅，复核认为没有必要）",
            ),
            (
                said(B.DUTY, P.OVERSIGHT, institution="民政局"),
                f"民政局的何静因监管复核看了：{SEEN}（依法履行职责）",
            ),
            (
                said(B.CONSENT, P.CARE, institution="颐和养老院", seen=""),
                "颐和养老院的何静因日常照护打开过档案，没有看到内容（您同意过）",
            ),
        ],
    )
    def test_reads_well(self, sentence: str, words: str) -> None:
        assert sentence == words

    @pytest.mark.parametrize(("basis", "purpose", "to"), list(product(AccessBasis, Purpose, Addressee)))
    def test_never_stumbles(self, basis: AccessBasis, purpose: Purpose, to: Addressee) -> None:
        for institution, mine, seen in product((None, "颐和养老院"), (False, True), ("", SEEN)):
            words = said(basis, purpose, to=to, institution=institution, by_addressee=mine, seen=seen)

            assert "看看" not in words
            assert "查看看" not in words
            assert "None" not in words
            assert words.count("看了") + words.count("打开过") == 1

    def test_knows_a_word_for_every_relation_but_other(self) -> None:
        assert set(RELATION_WORDS) == set(Relation) - {Relation.OTHER}
