"""Who may do what, on one page. Which resident or institution it is about is decided by `access`, not here."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    PERSON = "person"  # 长者、家属: everyone who signed in by WeChat
    NURSE = "nurse"  # 养老机构护士、护理员
    HOME_MANAGER = "home_manager"  # 养老机构管理员
    CLINICIAN = "clinician"  # 医院、卫生服务中心的医生护士
    HOSPITAL_MANAGER = "hospital_manager"  # 医疗机构医联体专员
    CIVIL_AFFAIRS = "civil_affairs"  # 民政
    HEALTH_COMMISSION = "health_commission"  # 卫健
    MODERATOR = "moderator"  # 审核员
    HOTLINE = "hotline"  # 热线坐席
    AUDITOR = "auditor"  # 审计员
    ADMINISTRATOR = "administrator"  # 系统管理员: accounts and roles, no records


class Permission(StrEnum):
    RESIDENT_READ = "resident:read"
    RESIDENT_ADMIT = "resident:admit"  # admit, discharge, import a roster
    RESIDENT_MERGE = "resident:merge"
    PROXY_READ = "proxy:read"
    PROXY_APPLY = "proxy:apply"
    PROXY_CONFIRM = "proxy:confirm"  # the resident's own word, or a witness beside them
    PROXY_REVIEW = "proxy:review"  # identity checked, guardian's document checked
    PROXY_SUSPEND = "proxy:suspend"
    RECORD_READ = "record:read"
    RECORD_WRITE = "record:write"
    RECORD_OBJECT = "record:object"
    RECORD_EMERGENCY = "record:emergency"
    EMERGENCY_REVIEW = "emergency:review"
    CONSENT_READ = "consent:read"
    CONSENT_REQUEST = "consent:request"
    CONSENT_DECIDE = "consent:decide"
    CONSENT_WITNESS = "consent:witness"
    TRAIL_READ = "trail:read"
    INSTITUTION_READ = "institution:read"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_DRAFT = "agreement:draft"
    AGREEMENT_SIGN = "agreement:sign"
    AGREEMENT_FILE = "agreement:file"
    AGREEMENT_AUTHORISE = "agreement:authorise"  # register who may sign for my institution
    DEMAND_READ = "demand:read"  # what homes need, and who answered
    DEMAND_PUBLISH = "demand:publish"  # civil affairs: lists by home
    DEMAND_ANSWER = "demand:answer"  # a medical institution's capacity and days
    DEMAND_CHOOSE = "demand:choose"  # whose answer it is to be, and that it came about
    STAFF_MANAGE = "staff:manage"
    SCHEDULE_READ = "schedule:read"
    SCHEDULE_MANAGE = "schedule:manage"
    APPOINTMENT_READ = "appointment:read"
    APPOINTMENT_BOOK = "appointment:book"
    APPOINTMENT_CONFIRM = "appointment:confirm"  # arrived, fulfilled, no-show, cancelled by the provider
    VISIT_READ = "visit:read"
    VISIT_PLAN = "visit:plan"
    VISIT_ATTEND = "visit:attend"  # scan, findings, finish
    VISIT_ATTEST = "visit:attest"
    VISIT_CORRECT = "visit:correct"
    PLATE_PRINT = "plate:print"
    FOLLOW_UP_READ = "follow_up:read"  # the work list of chronic follow-up
    FOLLOW_UP_COUNT = "follow_up:count"  # rates of a year; the bureau sees numbers alone
    FOLLOW_UP_WRITE = "follow_up:write"  # enroll, follow up, put right
    CHECKUP_READ = "checkup:read"  # campaigns of the annual check-up, their lists and duties
    CHECKUP_PLAN = "checkup:plan"  # a campaign, its days, who is due
    CHECKUP_RECORD = "checkup:record"  # reports, by file or by hand
    CHECKUP_FACTS = "checkup:facts"  # what a home knows that decides who is due
    RATING_READ = "rating:read"
    RATING_GIVE = "rating:give"
    RATING_ASSIST = "rating:assist"  # for a resident without a phone; shown apart, never ranked
    RATING_VOID = "rating:void"
    CASE_READ = "case:read"
    CASE_HANDLE = "case:handle"
    FEEDBACK_MODERATE = "feedback:moderate"
    INBOX_READ = "inbox:read"
    CALL_LIST_READ = "call_list:read"
    AUDIT_READ = "audit:read"
    EXPORT = "export"  # take a list away as a file; which list is the list's own permission
    LOG_READ = "log:read"  # what the people of my institution did
    BOARD_READ = "board:read"  # how the city's institutions stand, without any person
    RECTIFICATION_ASK = "rectification:ask"
    RECTIFICATION_DECIDE = "rectification:decide"
    PRIVACY_READ = "privacy:read"  # clocks and the record of processing: no person in them
    BREACH_KEEP = "breach:keep"  # the register of incidents
    STATEMENT_READ = "statement:read"  # monthly statements, and my institution's books
    STATEMENT_ISSUE = "statement:issue"  # the provider's side
    STATEMENT_ACCEPT = "statement:accept"  # the home's side: accept, dispute
    STATEMENT_RULE = "statement:rule"  # decide what the two cannot agree on
    CATALOGUE_PUBLISH = "catalogue:publish"  # what may be billed, and for how much
    ASSESSMENT_MAKE = "assessment:make"  # fill in a scale, sign it
    ASSESSMENT_DECIDE = "assessment:decide"  # answer for the institution when a result is disputed
    REFERRAL_READ = "referral:read"
    REFERRAL_SEND = "referral:send"  # write one, and move it when it is one's institution's turn
    REFERRAL_WATCH = "referral:watch"  # what is late, in the whole city
    CLINIC_READ = "clinic:read"  # medical rooms inside homes, and whom the insurance pays
    CLINIC_KEEP = "clinic:keep"  # the home's own steps towards one
    CLINIC_LICENSE = "clinic:license"  # the commission's: licences, refusals, designations
    HOME_BED_READ = "home_bed:read"
    HOME_BED_APPLY = "home_bed:apply"
    HOME_BED_WORK = "home_bed:work"  # assess, open, write rounds, close
    HOME_BED_COUNT = "home_bed:count"  # numbers without a person
    INDICATOR_READ = "indicator:read"  # figures; people only where the reader's institution knows them
    INDICATOR_FREEZE = "indicator:freeze"  # a home its own, the bureau counties and the city
    INDICATOR_TRY = "indicator:try"  # another policy number, before anybody publishes it
    PROJECT_REPORT = "project:report"  # what a responsible unit says of its tasks
    TRAINING_HOLD = "training:hold"  # plan a course, show its code, write its certificates
    TRAINING_ATTEND = "training:attend"  # scan the code of a course, see one's own certificates
    TRAINING_COUNT = "training:count"  # pre-service and certificate rates; the bureau sees numbers alone
    WORKLOAD_READ = "workload:read"  # the ledger of an institution's work; the bureau sees sums alone
    WORKLOAD_CLOSE = "workload:close"
    WORKLOAD_OWN = "workload:own"  # my own work of a month
    ENROLMENT_READ = "enrolment:read"  # contracts with family doctors
    ENROLMENT_SIGN = "enrolment:sign"  # ask for one, sign, end it: the resident's side
    ENROLMENT_OFFER = "enrolment:offer"  # offer one, file what was signed on paper, state priority groups
    ENROLMENT_MANAGE = "enrolment:manage"  # the team's side: teams, accept, end
    ENROLMENT_COUNT = "enrolment:count"  # rates; the bureau sees numbers alone
    PRESCRIPTION_READ = "prescription:read"  # the list of long prescriptions and refills of my institution
    PRESCRIPTION_WRITE = "prescription:write"  # prescribe, refill, stop; a registered right besides
    PRESCRIPTION_RIGHT = "prescription:right"  # register who may prescribe here, and which pharmacy dispenses
    PRESCRIPTION_COUNT = "prescription:count"  # numbers of the city
    REFILL_ASK = "refill:ask"  # the resident's side
    DELIVERY_READ = "delivery:read"
    DELIVERY_SEND = "delivery:send"  # pack, hand over, close
    DELIVERY_RECEIVE = "delivery:receive"  # at the home


_P = Permission

_FAMILY = frozenset(
    {
        _P.RESIDENT_READ,
        _P.PROXY_READ,
        _P.PROXY_APPLY,
        _P.PROXY_CONFIRM,
        _P.PROXY_SUSPEND,
        _P.RECORD_READ,
        _P.RECORD_OBJECT,
        _P.CONSENT_READ,
        _P.CONSENT_DECIDE,
        _P.TRAIL_READ,
        _P.INSTITUTION_READ,
        _P.SCHEDULE_READ,
        _P.APPOINTMENT_READ,
        _P.APPOINTMENT_BOOK,
        _P.VISIT_READ,
        _P.RATING_READ,
        _P.RATING_GIVE,
        _P.CASE_READ,
        _P.INBOX_READ,
        _P.RECTIFICATION_ASK,
        _P.REFERRAL_READ,
        _P.HOME_BED_READ,
        _P.HOME_BED_APPLY,
        _P.ENROLMENT_READ,
        _P.ENROLMENT_SIGN,
        _P.REFILL_ASK,
    }
)
_HOME_CARE = frozenset(
    {
        _P.RESIDENT_READ,
        _P.PROXY_READ,
        _P.PROXY_CONFIRM,
        _P.RECORD_READ,
        _P.RECORD_WRITE,
        _P.CONSENT_READ,
        _P.CONSENT_WITNESS,
        _P.INSTITUTION_READ,
        _P.SCHEDULE_READ,
        _P.APPOINTMENT_READ,
        _P.APPOINTMENT_BOOK,
        _P.VISIT_READ,
        _P.VISIT_ATTEND,
        _P.VISIT_ATTEST,
        _P.RATING_ASSIST,
        _P.INBOX_READ,
        _P.RECORD_EMERGENCY,
        _P.ASSESSMENT_MAKE,
        _P.REFERRAL_READ,
        _P.REFERRAL_SEND,
        _P.HOME_BED_READ,
        _P.HOME_BED_APPLY,
        _P.TRAINING_ATTEND,
        _P.DELIVERY_READ,
        _P.DELIVERY_RECEIVE,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.PERSON: _FAMILY,
    Role.NURSE: _HOME_CARE,
    Role.HOME_MANAGER: _HOME_CARE
    | {
        _P.RESIDENT_ADMIT,
        _P.PROXY_REVIEW,
        _P.PROXY_SUSPEND,
        _P.CONSENT_REQUEST,
        _P.AGREEMENT_READ,
        _P.AGREEMENT_DRAFT,
        _P.AGREEMENT_SIGN,
        _P.AGREEMENT_AUTHORISE,
        _P.DEMAND_READ,
        _P.DEMAND_CHOOSE,
        _P.VISIT_PLAN,
        _P.VISIT_CORRECT,
        _P.PLATE_PRINT,
        _P.RATING_READ,
        _P.CASE_READ,
        _P.CASE_HANDLE,
        _P.TRAIL_READ,
        _P.STAFF_MANAGE,
        _P.EXPORT,
        _P.LOG_READ,
        _P.BOARD_READ,
        _P.STATEMENT_READ,
        _P.STATEMENT_ACCEPT,
        _P.RECTIFICATION_DECIDE,
        _P.ASSESSMENT_DECIDE,
        _P.CHECKUP_READ,
        _P.CHECKUP_PLAN,
        _P.CHECKUP_FACTS,
        _P.CLINIC_READ,
        _P.CLINIC_KEEP,
        _P.INDICATOR_READ,
        _P.INDICATOR_FREEZE,
        _P.INDICATOR_TRY,
        _P.TRAINING_HOLD,
        _P.TRAINING_COUNT,
        _P.ENROLMENT_READ,
        _P.ENROLMENT_OFFER,
    },
    Role.CLINICIAN: frozenset(
        {
            _P.RESIDENT_READ,
            _P.RECORD_READ,
            _P.RECORD_WRITE,
            _P.RECORD_EMERGENCY,
            _P.CONSENT_READ,
            _P.INSTITUTION_READ,
            _P.SCHEDULE_READ,
            _P.APPOINTMENT_READ,
            _P.APPOINTMENT_CONFIRM,
            _P.VISIT_READ,
            _P.VISIT_ATTEND,
            _P.VISIT_ATTEST,
            _P.INBOX_READ,
            _P.ASSESSMENT_MAKE,
            _P.REFERRAL_READ,
            _P.REFERRAL_SEND,
            _P.FOLLOW_UP_READ,
            _P.FOLLOW_UP_WRITE,
            _P.HOME_BED_READ,
            _P.HOME_BED_APPLY,
            _P.HOME_BED_WORK,
            _P.TRAINING_ATTEND,
            _P.WORKLOAD_OWN,
            _P.ENROLMENT_READ,
            _P.PRESCRIPTION_READ,
            _P.PRESCRIPTION_WRITE,
        }
    ),
    Role.HOSPITAL_MANAGER: frozenset(
        {
            _P.RESIDENT_READ,
            _P.RECORD_READ,
            _P.RECORD_WRITE,
            _P.CONSENT_READ,
            _P.CONSENT_REQUEST,
            _P.INSTITUTION_READ,
            _P.AGREEMENT_READ,
            _P.AGREEMENT_DRAFT,
            _P.AGREEMENT_SIGN,
            _P.AGREEMENT_AUTHORISE,
            _P.DEMAND_READ,
            _P.DEMAND_ANSWER,
            _P.SCHEDULE_READ,
            _P.SCHEDULE_MANAGE,
            _P.APPOINTMENT_READ,
            _P.APPOINTMENT_CONFIRM,
            _P.VISIT_READ,
            _P.VISIT_PLAN,
            _P.VISIT_ATTEND,
            _P.VISIT_ATTEST,
            _P.VISIT_CORRECT,
            _P.RATING_READ,
            _P.CASE_READ,
            _P.CASE_HANDLE,
            _P.INBOX_READ,
            _P.STAFF_MANAGE,
            _P.EXPORT,
            _P.LOG_READ,
            _P.BOARD_READ,
            _P.STATEMENT_READ,
            _P.STATEMENT_ISSUE,
            _P.RECTIFICATION_DECIDE,
            _P.ASSESSMENT_MAKE,
            _P.ASSESSMENT_DECIDE,
            _P.REFERRAL_READ,
            _P.REFERRAL_SEND,
            _P.FOLLOW_UP_READ,
            _P.FOLLOW_UP_WRITE,
            _P.FOLLOW_UP_COUNT,
            _P.CHECKUP_READ,
            _P.CHECKUP_PLAN,
            _P.CHECKUP_RECORD,
            _P.CLINIC_READ,
            _P.HOME_BED_READ,
            _P.HOME_BED_APPLY,
            _P.HOME_BED_WORK,
            _P.HOME_BED_COUNT,
            _P.INDICATOR_READ,
            _P.TRAINING_HOLD,
            _P.TRAINING_ATTEND,
            _P.TRAINING_COUNT,
            _P.WORKLOAD_READ,
            _P.WORKLOAD_CLOSE,
            _P.WORKLOAD_OWN,
            _P.ENROLMENT_READ,
            _P.ENROLMENT_OFFER,
            _P.ENROLMENT_MANAGE,
            _P.ENROLMENT_COUNT,
            _P.PRESCRIPTION_READ,
            _P.PRESCRIPTION_WRITE,
            _P.PRESCRIPTION_RIGHT,
            _P.PRESCRIPTION_COUNT,
            _P.DELIVERY_READ,
            _P.DELIVERY_SEND,
        }
    ),
    Role.CIVIL_AFFAIRS: frozenset(
        {
            _P.INSTITUTION_READ,
            _P.AGREEMENT_READ,
            _P.DEMAND_READ,
            _P.DEMAND_PUBLISH,
            _P.DEMAND_CHOOSE,
            _P.PROXY_REVIEW,
            _P.PROXY_SUSPEND,
            _P.EMERGENCY_REVIEW,
            _P.RATING_READ,
            _P.RATING_VOID,
            _P.CASE_READ,
            _P.FEEDBACK_MODERATE,
            _P.RESIDENT_MERGE,
            _P.EXPORT,
            _P.BOARD_READ,
            _P.STATEMENT_READ,
            _P.STATEMENT_RULE,
            _P.FOLLOW_UP_COUNT,
            _P.PRIVACY_READ,
            _P.BREACH_KEEP,
            _P.REFERRAL_WATCH,
            _P.CLINIC_READ,
            _P.HOME_BED_COUNT,
            _P.INDICATOR_READ,
            _P.INDICATOR_FREEZE,
            _P.INDICATOR_TRY,
            _P.PROJECT_REPORT,
            _P.TRAINING_HOLD,
            _P.TRAINING_COUNT,
            _P.WORKLOAD_READ,
            _P.ENROLMENT_COUNT,
            _P.PRESCRIPTION_COUNT,
        }
    ),
    Role.HEALTH_COMMISSION: frozenset(
        {
            _P.INSTITUTION_READ,
            _P.AGREEMENT_READ,
            _P.AGREEMENT_FILE,
            _P.DEMAND_READ,
            _P.EMERGENCY_REVIEW,
            _P.RATING_READ,
            _P.RATING_VOID,
            _P.CASE_READ,
            _P.FEEDBACK_MODERATE,
            _P.EXPORT,
            _P.BOARD_READ,
            _P.STATEMENT_READ,
            _P.STATEMENT_RULE,
            _P.CATALOGUE_PUBLISH,
            _P.FOLLOW_UP_COUNT,
            _P.PRIVACY_READ,
            _P.BREACH_KEEP,
            _P.REFERRAL_WATCH,
            _P.CLINIC_READ,
            _P.CLINIC_LICENSE,
            _P.HOME_BED_COUNT,
            _P.INDICATOR_READ,
            _P.INDICATOR_FREEZE,
            _P.INDICATOR_TRY,
            _P.PROJECT_REPORT,
            _P.TRAINING_HOLD,
            _P.TRAINING_COUNT,
            _P.WORKLOAD_READ,
            _P.ENROLMENT_COUNT,
            _P.PRESCRIPTION_COUNT,
        }
    ),
    Role.MODERATOR: frozenset({_P.RATING_READ, _P.FEEDBACK_MODERATE}),
    Role.HOTLINE: frozenset({_P.INSTITUTION_READ, _P.SCHEDULE_READ, _P.CALL_LIST_READ}),
    Role.AUDITOR: frozenset({_P.AUDIT_READ, _P.TRAIL_READ, _P.PRIVACY_READ}),
    Role.ADMINISTRATOR: frozenset(
        {_P.STAFF_MANAGE, _P.INSTITUTION_READ, _P.PRIVACY_READ, _P.BREACH_KEEP, _P.AGREEMENT_AUTHORISE}
    ),
}
