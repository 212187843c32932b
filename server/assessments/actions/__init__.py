"""What may be done with assessments."""

from server.assessments.actions.disputing import dispute_assessment, uphold_assessment
from server.assessments.actions.filling import begin_assessment, discard_assessment, save_answers
from server.assessments.actions.signing import (
    SignedSheet,
    agree_to_assessment,
    return_assessment,
    sign_assessment,
)
from server.assessments.actions.sweeping import sweep_assessments

__all__ = [
    "SignedSheet",
    "agree_to_assessment",
    "begin_assessment",
    "discard_assessment",
    "dispute_assessment",
    "return_assessment",
    "save_answers",
    "sign_assessment",
    "sweep_assessments",
    "uphold_assessment",
]
