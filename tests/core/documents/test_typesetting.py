"""What comes out of the printer: every letter, every code, and nothing but what was said."""

import pytest
import typst

from server.consent.rules import Signature
from server.documents.errors import LetterMissing, NoFont
from server.documents.queries import typesetting
from server.documents.queries.papers import drawn
from server.documents.queries.plates import PlateLabel, plates_data
from server.documents.queries.typesetting import Typeset, code_of
from tests.core.documents.reading import codes_on, letters_of, needs_font

ADDRESS = "https://alliance.example/verify/0123456789AB"
FOOT = {
    "issuer": "云桥市颐和养老院", "number": "0123-4567-89AB", "address": ADDRESS, "code": code_of(ADDRESS),
    "day": "2026年3月2日", "by": "何静", "valid_until": "2026年5月31日",
}  # fmt: skip


def summary(name: str = "王桂兰", words: str = "对青霉素过敏。") -> Typeset:
    says = {
        **FOOT, "title": "健康小结", "name": name, "age": 90, "sentences": [{"words": words, "mark": ""}], "due": [],
        "scope": "只有本院写的。",
    }  # fmt: skip
    return Typeset("health_summary", says)


@needs_font
class TestAPaper:
    def test_is_a_tagged_pdf_in_chinese(self) -> None:
        pdf = summary().pdf()

        assert pdf.startswith(b"%PDF-1.7")
        assert b"StructTreeRoot" in pdf
        assert b"pdfuaid" in pdf
        assert set("健康小结王桂兰对青霉素过敏") <= set(letters_of(pdf))

    @pytest.mark.parametrize("name", ["陈𬭎", "䶮一", "张㛃"])
    def test_draws_the_rare_letters_of_names(self, name: str) -> None:
        assert set(name) <= set(letters_of(summary(name).pdf()))

    @pytest.mark.parametrize("name", ["王\U00030000", "李\ue000"])
    def test_is_refused_rather_than_printed_without_a_letter(self, name: str) -> None:
        with pytest.raises(LetterMissing):
            summary(name).pdf()

    @pytest.mark.parametrize(
        "name", ["#panic()", "*王*", '"#read("/etc/passwd")', "$x$", "\\#王", "@王", "<王>", "= 王"]
    )
    def test_prints_markup_in_a_name_as_it_stands(self, name: str) -> None:
        assert set(name) - {" "} <= set(letters_of(summary(name).pdf()))

    def test_carries_a_code_that_leads_to_its_verification(self) -> None:
        assert codes_on(summary().pictures(ppi=110)[0]) == [ADDRESS]

    def test_says_what_to_install_where_no_chinese_font_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        none = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        monkeypatch.setattr(typesetting, "_fonts", lambda: none)

        with pytest.raises(NoFont) as refusal:
            summary().pdf()

        assert "fonts-noto-cjk" in refusal.value.sentence


@needs_font
class TestASheetOfPlates:
    async def test_has_twenty_four_labels_a_page_and_each_code_reads_back(self) -> None:
        labels = [
            PlateLabel(f"{floor}0{room}-{bed}", f"P1{floor}{room}{bed}".ljust(30, "x"))
            for floor in (1, 2, 3)
            for room in (1, 2, 3)
            for bed in (1, 2, 3)
        ]

        pages = Typeset(
            "plates", plates_data(home="云桥市颐和养老院", batch="01HBATCHABCDEF", plates=labels)
        ).pictures(ppi=110)

        read = [codes_on(page) for page in pages]
        assert [len(page) for page in read] == [24, 3]
        assert sorted(text for page in read for text in page) == sorted(label.text for label in labels)


class TestASignature:
    def test_is_drawn_as_lines_and_nothing_else(self) -> None:
        svg = drawn(Signature(width=300, height=120, strokes=(((10, 10), (60, 80)), ((70, 20), (90, 90)))))

        assert '<path d="M10 10 L60 80"/><path d="M70 20 L90 90"/>' in svg

    @needs_font
    def test_stands_on_the_statement(self) -> None:
        hand = drawn(Signature(width=300, height=120, strokes=(((10, 10), (60, 80)),)))
        says = {
            **FOOT, "title": "知情同意证明", "facts": [("长者", "王桂兰")], "provisions": [], "sections": [],
            "version": "2026-1", "text_hash": "0" * 64,
        }  # fmt: skip

        signed = Typeset("consent_statement", {**says, "signature": hand}).pdf()
        unsigned = Typeset("consent_statement", {**says, "signature": None}).pdf()

        assert "签" in letters_of(signed)
        assert "签" not in letters_of(unsigned)
