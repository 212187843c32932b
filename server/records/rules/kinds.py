"""The kinds of entries, and the words of an emergency read."""

from collections.abc import Mapping
from enum import StrEnum


class EntryKind(StrEnum):
    """FHIR's resources, as far as they are kept here."""

    OBSERVATION = "observation"
    CONDITION = "condition"
    ALLERGY = "allergy"
    MEDICATION = "medication"
    DIAGNOSTIC_REPORT = "diagnostic_report"
    FOLLOW_UP = "follow_up"
    ASSESSMENT = "assessment"
    NOTE = "note"
    REFERRAL = "referral"  # a slip: ServiceRequest on its way out, a summary on its way back


KIND_WORDS: Mapping[EntryKind, str] = {
    EntryKind.OBSERVATION: "测量",
    EntryKind.CONDITION: "疾病",
    EntryKind.ALLERGY: "过敏",
    EntryKind.MEDICATION: "用药",
    EntryKind.DIAGNOSTIC_REPORT: "检查报告",
    EntryKind.FOLLOW_UP: "随访",
    EntryKind.ASSESSMENT: "评估",
    EntryKind.NOTE: "记录",
    EntryKind.REFERRAL: "转诊单",
}
# What stays true until somebody says otherwise; the rest is about one moment.
LASTING = frozenset({EntryKind.CONDITION, EntryKind.ALLERGY, EntryKind.MEDICATION})
# The page for an ambulance: the three sections that the International Patient Summary requires, and vital signs.
EMERGENCY_KINDS = LASTING | {EntryKind.OBSERVATION}


class EmergencyReason(StrEnum):
    UNCONSCIOUS = "unconscious"
    ACUTE = "acute"
    FALL = "fall"
    MEDICATION = "medication"
    OTHER = "other"


EMERGENCY_WORDS: Mapping[EmergencyReason, str] = {
    EmergencyReason.UNCONSCIOUS: "昏迷或无法表达",
    EmergencyReason.ACUTE: "急危重症",
    EmergencyReason.FALL: "跌倒或外伤",
    EmergencyReason.MEDICATION: "疑似药物反应或过量",
    EmergencyReason.OTHER: "其他紧急情况",
}


class EmergencyStatus(StrEnum):
    OPEN = "open"  # waiting for its review
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
