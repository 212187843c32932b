"""A questionnaire as it is handed out: to be filled in on a page, on a phone or on paper."""

from dataclasses import dataclass

from server.assessments.rules import CURRENT, Questionnaire, current


@dataclass(frozen=True)
class OptionCard:
    value: str
    label: str
    score: int


@dataclass(frozen=True)
class ItemCard:
    code: str
    number: str
    label: str
    kind: str
    required: bool
    hint: str
    unit: str
    low: float
    high: float
    decimals: int
    options: tuple[OptionCard, ...]


@dataclass(frozen=True)
class QuestionSection:
    code: str
    title: str
    hint: str
    most: int | None  # None: not scored
    items: tuple[ItemCard, ...]


@dataclass(frozen=True)
class QuestionnaireCard:
    code: str
    version: str
    title: str
    short: str
    source: str
    sections: tuple[QuestionSection, ...]


def questionnaire_card(questionnaire: Questionnaire) -> QuestionnaireCard:
    return QuestionnaireCard(
        questionnaire.code,
        questionnaire.version,
        questionnaire.title,
        questionnaire.short,
        questionnaire.source,
        tuple(
            QuestionSection(
                section.code,
                section.title,
                section.hint,
                section.most if section.scored else None,
                tuple(
                    ItemCard(
                        item.code,
                        item.number,
                        item.label,
                        item.kind,
                        item.required,
                        item.hint,
                        item.unit,
                        item.low,
                        item.high,
                        item.decimals,
                        tuple(OptionCard(each.value, each.label, each.score) for each in item.options),
                    )
                    for item in section.items
                ),
            )
            for section in questionnaire.sections
        ),
    )


def questionnaires() -> tuple[QuestionnaireCard, ...]:
    """Return every questionnaire in the version that new sheets take."""
    return tuple(questionnaire_card(each) for each in CURRENT.values())


def blank(*, questionnaire: str) -> QuestionnaireCard:
    return questionnaire_card(current(questionnaire))
