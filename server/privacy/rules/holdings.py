"""The map of what is held about a person: which table, by which column it leads to them, and what is not told of it.

A person is met as an account (who signs in) and as a resident (whose life and health it is about). A new table or
column that leads to a person belongs here, in one of the three lists; `tests/core/privacy` walks the schema and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.authority.permissions import Permission

_P = Permission


@dataclass(frozen=True)
class Holding:
    """The rows of one table that are about a person."""

    table: str
    by: str  # the way from a row to its person: "consent__resident_id"
    title: str
    needs: Permission = _P.RESIDENT_READ  # what a proxy must be allowed, to be told of a resident's rows
    opened: bool = True  # whether sealed numbers in it are the person's own
    category: str = ""  # the way to the record's category, for a proxy whose grant is narrowed to some

    @property
    def column(self) -> str:
        return f"{self.table}.{self.by}"


OF_ACCOUNT: tuple[Holding, ...] = (
    Holding("account", "id", "账号"),
    Holding("wechat_identity", "account_id", "微信登录标记"),
    Holding("device", "account_id", "用过的手机"),
    Holding("session", "account_id", "登录"),
    Holding("console_credential", "account_id", "管理台登录名"),
    Holding("role_grant", "account_id", "岗位"),
    Holding("training_record", "account_id", "培训与持证"),
    Holding("training_attendance", "account_id", "您参加的培训"),
    Holding("workload_line", "account_id", "您的工作量"),
    Holding("saved_view", "account_id", "存下的查询"),
    Holding("kinship", "relative_id", "谁把您登记为亲属"),
    Holding("proxy_grant", "proxy_id", "您替谁办事"),
    Holding("proxy_grant_scope", "grant__proxy_id", "代办范围"),
    Holding("proxy_invitation", "issued_by_id", "您发出的代办邀请"),
    Holding("agreement_signature", "account_id", "您代表机构签的协议"),
    Holding("signing_authority", "account_id", "您代表机构签约的授权"),
    Holding("rating", "author_id", "您的评价"),
    Holding("text_revision", "author_id", "您写的评价文字"),
    Holding("moderation_decision", "rating__author_id", "您的评价怎样审核的"),
    Holding("rating_reply", "rating__author_id", "机构怎样回复您"),
    Holding("rating_void", "rating__author_id", "您的评价被提出作废"),
    Holding("complaint", "author_id", "您的投诉"),
    Holding("feedback_case", "author_id", "您的投诉怎样办的"),
    Holding("case_step", "case__author_id", "办理的每一步"),
    Holding("inbox_message", "account_id", "收到的消息"),
    Holding("delivery", "inbox_message__account_id", "消息怎样送达"),
    Holding("subscription_credit", "account_id", "微信订阅额度"),
    Holding("credit_entry", "credit__account_id", "订阅额度的变化"),
    Holding("quiet_preference", "account_id", "免打扰时段"),
    Holding("call_list_entry", "account_id", "打给您的电话"),
    Holding("visit_attendance", "account_id", "您参加的巡诊"),
    Holding("visit_scan", "account_id", "您的到场扫码"),
    Holding("export_job", "account_id", "您要过的表格和副本"),
    Holding("rectification", "asked_by_id", "您提出的更正"),
    Holding("family_team", "leader_id", "您负责的家庭医生团队"),
    Holding("family_team_member", "account_id", "您参加的家庭医生团队"),
    Holding("prescribing_right", "account_id", "您登记的处方权"),
    Holding("access_entry", "account_id", "您看过的档案"),
    Holding("audit_entry", "account_id", "您办过的事"),
)

OF_RESIDENT: tuple[Holding, ...] = (
    Holding("resident", "id", "登记"),
    Holding("resident_stay", "resident_id", "住过哪里"),
    Holding("care_state_change", "resident_id", "照护状态"),
    Holding("kinship", "resident_id", "亲属", opened=False),
    Holding("resident_merge", "survivor_id", "登记的合并"),
    Holding("proxy_grant", "resident_id", "谁替您办事", _P.PROXY_READ),
    Holding("proxy_grant_scope", "grant__resident_id", "代办范围", _P.PROXY_READ),
    Holding("proxy_invitation", "resident_id", "代办邀请", _P.PROXY_READ),
    Holding("consent", "resident_id", "知情同意", _P.CONSENT_READ),
    Holding("consent_provision", "consent__resident_id", "同意的每一类", _P.CONSENT_READ),
    Holding("consent_signature", "consent__resident_id", "手写签名", _P.CONSENT_READ),
    Holding("consent_paper", "consent__resident_id", "同意书扫描件", _P.CONSENT_READ),
    Holding("appointment", "resident_id", "预约", _P.APPOINTMENT_READ),
    Holding("waitlist_entry", "resident_id", "候补", _P.APPOINTMENT_READ),
    Holding("waitlist_offer", "entry__resident_id", "候补通知", _P.APPOINTMENT_READ),
    Holding("visit", "items__resident_id", "巡诊", _P.VISIT_READ),
    Holding("visit_item", "resident_id", "巡诊时为您做的", _P.VISIT_READ),
    Holding("statement_line", "resident_id", "两家机构怎样结算为您做的", _P.VISIT_READ),
    Holding("referral", "resident_id", "转诊", _P.REFERRAL_READ),
    Holding("referral_packet", "referral__resident_id", "转诊时带去的资料（哪些、给谁）", _P.RECORD_READ),
    Holding("referral_escalation", "referral__resident_id", "转诊超时", _P.REFERRAL_READ),
    Holding("referral_follow_up", "resident_id", "转诊后的随访", _P.REFERRAL_READ),
    Holding("rating_token", "resident_id", "可以评价的服务", _P.RATING_READ),
    Holding("assessment", "resident_id", "为您做的评估", _P.RECORD_READ, category="category"),
    Holding(
        "assessment_dispute",
        "assessment__resident_id",
        "对评估结果的异议",
        _P.RECORD_READ,
        category="assessment__category",
    ),
    Holding("care_level", "resident_id", "医护分级", _P.RECORD_READ, category="assessment__category"),
    Holding("call_list_entry", "resident_id", "为您打的电话", _P.INBOX_READ),
    Holding("chronic_episode", "resident_id", "谁在管理您的慢病", _P.RECORD_READ),
    Holding("checkup_facts", "resident_id", "体检要用的医保和特困登记"),
    Holding("checkup_place", "resident_id", "体检的安排"),
    Holding("checkup_duty", "resident_id", "体检异常怎样办的", _P.RECORD_READ),
    Holding("home_bed", "resident_id", "家庭病床", _P.HOME_BED_READ),
    Holding("home_bed_assessment", "resident_id", "家庭病床的收治评估", _P.RECORD_READ),
    Holding("home_bed_span", "resident_id", "家庭病床的床日", _P.HOME_BED_READ),
    Holding("home_bed_round", "resident_id", "家庭病床的查床", _P.HOME_BED_READ),
    Holding("home_bed_emergency", "resident_id", "家庭病床期间急送医院", _P.HOME_BED_READ),
    Holding("enrolment", "resident_id", "家庭医生签约", _P.ENROLMENT_READ),
    Holding("enrolment_paper", "enrolment__resident_id", "家庭医生签约书扫描件", _P.ENROLMENT_READ),
    Holding("priority_group", "resident_id", "您属于哪些重点人群", _P.RECORD_READ),
    Holding("long_prescription", "resident_id", "长期处方", _P.RECORD_READ, category="category"),
    Holding(
        "prescription_line", "resident_id", "长期处方的药", _P.RECORD_READ, category="prescription__category"
    ),
    Holding("prescription_refill", "resident_id", "续方", _P.RECORD_READ, category="prescription__category"),
    Holding("medicine_delivery", "resident_id", "送药", _P.RECORD_READ, category="prescription__category"),
    Holding(
        "medicine_delivery_line",
        "delivery__resident_id",
        "每次送了什么",
        _P.RECORD_READ,
        category="delivery__prescription__category",
    ),
    Holding("issued_document", "resident_id", "打印过的文件", _P.RECORD_READ),
    Holding("rectification", "resident_id", "更正申请"),
    Holding("access_entry", "resident_id", "谁看过您的档案", _P.TRAIL_READ),
    Holding("audit_entry", "resident_id", "为您办过的事", _P.TRAIL_READ),
)

# The health record's tables are closed to other features: `records` tells them itself, with consent and trail.
TOLD_BY_RECORDS = (
    "record_entry.resident_id",
    "entry_objection.entry__resident_id",
    "emergency_read.resident_id",
)

_DID = "经办人只是办了这件事，内容是别人的；“您办过的事”里有这一笔"
_STAFF = "工作人员经办的标记，内容是机构的"
_AUTHORS = "写的人自己的副本里有；长者没有写它"
_SECRET = "只用来防止重复或核对，没有内容"  # noqa: S105  a sentence
_IN_RECORD = "内容逐项写在健康档案里，随健康档案给出"
NOT_TOLD: Mapping[str, str] = {
    "follow_up.resident_id": _IN_RECORD,
    "follow_up.author_id": _DID,
    "follow_up.checked_back_by_id": _DID,
    "chronic_episode.enrolled_by_id": _DID,
    "chronic_episode.ended_by_id": _DID,
    "home_bed.applied_by_id": _DID,
    "home_bed.doctor_id": _DID,
    "home_bed.nurse_id": _DID,
    "home_bed_assessment.assessed_by_id": _DID,
    "home_bed_round.made_by_id": _DID,
    "home_bed_emergency.marked_by_id": _DID,
    "clinic_step.made_by_id": _DID,
    "insurance_designation.recorded_by_id": _DID,
    "checkup_report.resident_id": _IN_RECORD,
    "checkup_report.author_id": _DID,
    "checkup_duty.done_by_id": _DID,
    "checkup_facts.stated_by_id": _DID,
    "checkup_campaign.planned_by_id": _DID,
    "checkup_intake.account_id": _DID,
    "indicator_fact.resident_id": "从别的表算出来的一格（算不算、为什么），原来的内容都在那些表里给出",
    "indicator_value": "一家机构、一个县、全市的数，没有任何一个人",
    "indicator_edition.frozen_by_id": _DID,
    "indicator_edition.reopened_by_id": _DID,
    "project_report.reported_by_id": _DID,
    "project_evidence.added_by_id": _DID,
    "enrolment.asked_by_id": _DID,
    "enrolment.signed_by_id": _DID,
    "enrolment.accepted_by_id": _DID,
    "enrolment.ended_by_id": _DID,
    "enrolment_paper.added_by_id": _DID,
    "priority_group.stated_by_id": _DID,
    "prescribing_right.recorded_by_id": _DID,
    "dispensing_agreement.recorded_by_id": _DID,
    "long_prescription.prescriber_id": _DID,
    "long_prescription.stopped_by_id": _DID,
    "prescription_refill.owner_id": _STAFF,
    "prescription_refill.asked_by_id": _DID,
    "prescription_refill.done_by_id": _DID,
    "medicine_delivery.assigned_by_id": _DID,
    "medicine_delivery.received_by_id": _DID,
    "medicine_delivery.closed_by_id": _DID,
    "answered_request.account_id": "同一次提交的答复，几天后删除，内容都在别的表里",
    "access_chain_head.resident_id": _SECRET,
    "staff_bind_code.account_id": "绑定码只留指纹，用过即废",
    "staff_bind_code.issued_by_id": _DID,
    "visit_nonce.account_id": _SECRET,
    "visit_attestation.account_id": _DID,
    "visit_offline_event.account_id": "没有信号时存下的提交；做成的事在巡诊里",
    "account.successor_id": "绑定微信后岗位移到哪个账号",
    "role_grant.granted_by_id": _DID,
    "role_grant.ended_by_id": _DID,
    "device.approved_by_id": _DID,
    "training_record.recorded_by_id": _DID,
    "training_session.planned_by_id": _DID,
    "training_attendance.entered_by_id": _DID,
    "workload_month.closed_by_id": _DID,
    "resident.account_id": "就是您自己：您的登记写在第二部分",
    "resident.merged_into_id": "并入的登记随合并后的一起给出",
    "kinship.asserted_by_id": _DID,
    "proxy_grant.verified_by_id": _DID,
    "proxy_grant.confirmed_by_id": _DID,
    "proxy_grant.witness_id": _DID,
    "proxy_invitation.redeemed_by_id": "接受邀请就成为代办，写在“您替谁办事”里",
    "resident_merge.absorbed_id": "合并写在合并后的登记下面",
    "resident_merge.merged_by_id": _DID,
    "resident_merge.undone_by_id": _DID,
    "roster_import.account_id": _DID,
    "consent.requested_by_id": _DID,
    "consent.decided_by_id": _DID,
    "consent.second_witness_id": _DID,
    "consent.ended_by_id": _DID,
    "consent_paper.added_by_id": _DID,
    "record_entry.author_id": _DID,
    "entry_objection.account_id": "写在那条健康记录旁边，随健康档案给出",
    "emergency_read.reader_id": _DID,
    "emergency_read.reviewed_by_id": _DID,
    "group_trip.planned_by_id": _DID,
    "appointment.booked_by_id": _DID,
    "appointment.error_reported_by_id": _DID,
    "appointment.error_confirmed_by_id": _DID,
    "waitlist_entry.joined_by_id": _DID,
    "referral.written_by_id": _DID,
    "referral_packet.sent_by_id": _DID,
    "referral_escalation.settled_by_id": _DID,
    "referral_follow_up.done_by_id": _DID,
    "visit.planned_by_id": _DID,
    "visit.performer_id": "在“您参加的巡诊”里",
    "visit.provider_by_id": _DID,
    "visit.host_by_id": _DID,
    "visit_correction.requested_by_id": _DID,
    "visit_correction.decided_by_id": _DID,
    "rating.resident_id": _AUTHORS,
    "complaint.resident_id": _AUTHORS,
    "feedback_case.resident_id": _AUTHORS,
    "moderation_decision.moderator_id": _STAFF,
    "rating_reply.author_id": _STAFF,
    "rating_void.proposed_by_id": _STAFF,
    "rating_void.decided_by_id": _STAFF,
    "case_step.by_id": _STAFF,
    "inbox_message.resident_id": "消息是发给收信人的，在收信人的副本里",
    "call_list_entry.claimed_by_id": _DID,
    "issued_document.issued_by_id": _DID,
    "assessment.begun_by_id": _DID,
    "assessment.first_by_id": _DID,
    "assessment.second_by_id": _DID,
    "assessment_dispute.raised_by_id": "写在那份评估下面，长者的副本里有",
    "assessment_dispute.decided_by_id": _DID,
    "rectification.decided_by_id": _DID,
    "breach.recorded_by_id": _DID,
    "breach.closed_by_id": _DID,
    "breach_notice.told_by_id": _DID,
    "signing_authority.granted_by_id": _DID,
    "signing_authority.revoked_by_id": _DID,
    "agreement_paper.added_by_id": _DID,
    "bed_census.corrected_by_id": _DID,
    "demand.published_by_id": _DID,
    "demand_answer.answered_by_id": _DID,
    "export_part": "文件本身，一天后删除",
}

# What opens a door, finds somebody, or holds the chain together is nobody's to read, not even the person's own.
_WITHHELD_ENDINGS = ("_hash", "_index", "_key", "_digest")
_WITHHELD = frozenset(
    {
        "id", "mac", "previous", "digest", "fingerprint", "touched", "appid", "openid", "unionid", "totp_sealed", "last_totp_step",
        "arrival_code", "leased_until", "attempts", "platform_uid", "message_uid",
    }
)  # fmt: skip


def is_told(column: str) -> bool:
    """Tell whether a column is for the person whom its row is about."""
    return column not in _WITHHELD and not column.endswith(_WITHHELD_ENDINGS)
