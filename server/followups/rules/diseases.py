"""The two diseases that are followed up. What the record calls them stands in the record's own duties, only there."""

from collections.abc import Mapping
from enum import StrEnum

from server.records.rules import DUTIES, Duty


class Disease(StrEnum):
    HYPERTENSION = "hypertension"
    DIABETES = "diabetes"


DISEASE_WORDS: Mapping[Disease, str] = {Disease.HYPERTENSION: "高血压", Disease.DIABETES: "2型糖尿病"}
DUTY: Mapping[Disease, Duty] = {
    disease: next(duty for duty in DUTIES if duty.code == f"{disease}_follow_up") for disease in Disease
}


def subject_of(disease: Disease) -> str:
    """Return what a follow-up in the record says that it is about."""
    return DUTY[disease].subject or ""


def diagnosis_of(disease: Disease) -> str:
    """Return how an ICD-10 code of this disease begins."""
    return DUTY[disease].condition or ""
