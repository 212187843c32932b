"""What a message is about: the words of its sentence, and whom it concerns. Read when the news is delivered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from server.alliance.models import Institution, ServiceAgreement
from server.booking.models import Appointment, WaitlistEntry, WaitlistOffer
from server.consent.models import Consent
from server.feedback.models import FeedbackCase, Rating, RatingToken
from server.identity.models import Account
from server.kit.clock import SHANGHAI
from server.people.models import Resident
from server.referrals.models import Referral
from server.visits.models import Visit

Word = str | datetime | None


@dataclass(frozen=True)
class Facts:
    """`words` fill sentences and template fields, `places` say whose staff to tell."""

    uid: str = ""
    words: Mapping[str, Word] = field(default_factory=dict)
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    residents: tuple[Resident, ...] = ()
    author_id: int | None = None

    def spoken(self, resident: str) -> Mapping[str, str]:
        """Return the words as they are read out: days and times in the city's own way."""
        said = {
            "institution": "有关机构",
            "lower": "转出机构",
            "department": "",
            "when": "",
            "until": "",
            "uid": self.uid,
            "resident": resident,
        }
        return {**said, **{word: _spoken(value) for word, value in self.words.items() if value}}


def _spoken(value: Word) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI)
        return f"{local.month}月{local.day}日{local.hour:02d}:{local.minute:02d}"
    return value or ""


async def facts_of(payload: Mapping[str, Any]) -> Facts:
    """Look up what the payload names. A uid that leads nowhere leaves its words out, and the sentence stays whole."""
    facts = Facts()
    for key, look_up in _SUBJECTS.items():
        if key in payload:
            facts = await look_up(str(payload[key]))
            break
    return await _with_people(await _with_places(facts, payload), payload)


async def _with_people(facts: Facts, payload: Mapping[str, Any]) -> Facts:
    uids = [str(uid) for uid in payload.get("residents", [])]
    uids += [str(payload["resident"])] if "resident" in payload else []
    residents = await Resident.filter(uid__in=uids).order_by("id") if uids else []
    author_uid = payload.get("account") or payload.get("proxy")
    author = await Account.get_or_none(uid=str(author_uid)) if author_uid else None
    homes = tuple(sorted({row.home_id for row in residents if row.home_id is not None}))
    return replace(
        facts,
        residents=tuple(residents),
        places={**facts.places, "residence": homes},
        author_id=author.id if author else facts.author_id,
    )


async def _with_places(facts: Facts, payload: Mapping[str, Any]) -> Facts:
    named = {
        key: str(payload[key])
        for key in ("institution", "recipient", "bureau", "home", "provider")
        if payload.get(key)
    }
    if not named:
        return facts
    found = {row.uid: row for row in await Institution.filter(uid__in=list(named.values()))}
    rows = {key: found[uid] for key, uid in named.items() if uid in found}
    about = rows.get("institution") or rows.get("recipient")
    places = {key: (row.id,) for key, row in rows.items()}
    if about is not None:
        places = {"institution": (about.id,), **places}
    words: dict[str, Word] = {"institution": about.name} if about is not None else {}
    return replace(facts, places={**facts.places, **places}, words={**words, **facts.words})


async def _appointment(uid: str) -> Facts:
    row = await Appointment.filter(uid=uid).select_related("slot__institution", "slot__department").first()
    if row is None:
        return Facts(uid)
    words = {
        "institution": row.slot.institution.name,
        "department": row.slot.department.name,
        "when": row.slot.starts_at,
    }
    return Facts(uid, words, {"institution": (row.slot.institution.id,)})


async def _offer(uid: str) -> Facts:
    row = await WaitlistOffer.filter(uid=uid).select_related("slot__institution", "slot__department").first()
    if row is None:
        return Facts(uid)
    words = {
        "institution": row.slot.institution.name,
        "department": row.slot.department.name,
        "when": row.slot.starts_at,
        "until": row.expires_at,
    }
    return Facts(uid, words, {"institution": (row.slot.institution.id,)})


async def _waiting(uid: str) -> Facts:
    row = await WaitlistEntry.filter(uid=uid).select_related("department__institution").first()
    if row is None:
        return Facts(uid)
    words = {"institution": row.department.institution.name, "department": row.department.name}
    return Facts(uid, words, {"institution": (row.department.institution.id,)})


async def _referral(uid: str) -> Facts:
    row = await Referral.filter(uid=uid).select_related("lower", "upper").first()
    if row is None:
        return Facts(uid)
    places = {"lower": (row.lower.id,), "upper": (row.upper.id,), "institution": (row.upper.id,)}
    if row.owner_id is not None:
        places["owner"] = (row.owner_id,)
    words = {"institution": row.upper.name, "lower": row.lower.name, "when": row.come_at}
    return Facts(uid, words, places)


async def _visit(uid: str) -> Facts:
    row = await Visit.filter(uid=uid).select_related("home", "provider", "performer").first()
    if row is None:
        return Facts(uid)
    words = {
        "institution": row.provider.name,
        "when": row.started_at or row.starts_at,
        "staff": row.performer.name if row.performer else "医护人员",
    }
    return Facts(
        uid,
        words,
        {"home": (row.home.id,), "provider": (row.provider.id,), "institution": (row.provider.id,)},
    )


async def _consent(uid: str) -> Facts:
    row = await Consent.filter(uid=uid).select_related("recipient").first()
    return (
        Facts(uid)
        if row is None
        else Facts(uid, {"institution": row.recipient.name}, {"institution": (row.recipient.id,)})
    )


async def _token(uid: str) -> Facts:
    row = await RatingToken.filter(uid=uid).select_related("subject", "department").first()
    if row is None:
        return Facts(uid)
    service = row.department.name + "就诊" if row.department else "上门巡诊"
    return Facts(uid, {"institution": row.subject.name, "service": service, "when": row.served_at})


async def _rating(uid: str) -> Facts:
    row = await Rating.filter(uid=uid).select_related("subject").first()
    if row is None:
        return Facts(uid)
    return Facts(
        uid, {"institution": row.subject.name}, {"institution": (row.subject_id,)}, author_id=row.author_id
    )


async def _case(uid: str) -> Facts:
    row = await FeedbackCase.filter(uid=uid).select_related("subject").first()
    if row is None:
        return Facts(uid)
    places = {"institution": (row.subject_id,), "owner": (row.owner_id,)}
    return Facts(uid, {"institution": row.subject.name, "number": uid}, places, author_id=row.author_id)


async def _beside(uid: str) -> Facts:
    return Facts(uid)  # whom it concerns stands beside it


async def _agreement(uid: str) -> Facts:
    row = await ServiceAgreement.filter(uid=uid).select_related("home", "provider").first()
    return Facts(uid) if row is None else Facts(uid, {}, {"both": (row.home.id, row.provider.id)})


# The first key that a payload has names what it is about.
_SUBJECTS: Mapping[str, Callable[[str], Awaitable[Facts]]] = {
    "token": _token,
    "case": _case,
    "rating": _rating,
    "referral": _referral,
    "appointment": _appointment,
    "offer": _offer,  # after the appointment that came of it
    "entry": _waiting,  # also a record's, of which nothing is told
    "visit": _visit,
    "consent": _consent,
    "agreement": _agreement,
    "grant": _beside,
    "statement": _beside,
    "episode": _beside,
    "campaign": _beside,
    "demand": _beside,
    "clinic": _beside,
    "designation": _beside,
    "bed": _beside,
    "training_session": _beside,
    "workload_month": _beside,
    "enrolment": _beside,
    "prescription": _beside,
    "delivery": _beside,
}
