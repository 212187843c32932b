"""Requests sent and consents held by the institution, and the form to ask a resident."""

from datetime import date
from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.consent import actions, queries
from server.consent.rules import STATUS_WORDS, ConsentStatus, Purpose, RecordCategory
from server.web import Ask, Form, Go, MenuEntry, PageQuery, PageWish, Query, Routes, Show, Uid

routes = Routes("consent", tag="知情同意")
menu = MenuEntry("知情同意", "/admin/consents", needs=Permission.CONSENT_REQUEST, order=40)


class ConsentQuery(PageQuery):
    status: ConsentStatus | None = None
    resident: Uid | None = None


class RequestQuery(Query):
    resident: Uid | None = None


class RequestConsent(Form):
    resident: Uid
    institution: Uid
    purpose: Purpose
    categories: Annotated[list[RecordCategory], Field(min_length=1, max_length=len(RecordCategory))]
    last_day: date


@routes.get(
    "/consents",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    summary="Requests sent and consents held",
)
async def consents(ask: Ask, query: ConsentQuery) -> Show:
    page = await queries.consents(
        actor=ask.actor,
        resident_uid=query.resident,
        status=query.status,
        wish=PageWish(query.after, query.limit),
        now=ask.now,
    )
    kept = {name: value for name, value in (("status", query.status), ("resident", query.resident)) if value}
    return Show("consent/list.html", page=page, query=kept, statuses=STATUS_WORDS)


@routes.get(
    "/consents/<consent_uid>",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    summary="One consent with its text",
)
async def consent(ask: Ask, consent_uid: str) -> Show:
    return Show(
        "consent/sheet.html", sheet=await queries.consent_sheet(actor=ask.actor, uid=consent_uid, now=ask.now)
    )


@routes.get(
    "/consent-requests/new",
    needs=Permission.CONSENT_REQUEST,
    purpose=Purpose.CARE,
    summary="The form to ask a resident",
)
async def new_request(ask: Ask, query: RequestQuery) -> Show:
    return Show(
        "consent/new.html",
        residents=await queries.residents_to_ask(actor=ask.actor, now=ask.now),
        institutions=await queries.recipients_for(actor=ask.actor),
        purposes=queries.purpose_choices(),
        categories=queries.category_choices(),
        chosen=query.resident or "",
    )


@routes.post(
    "/consent-requests", needs=Permission.CONSENT_REQUEST, purpose=Purpose.CARE, summary="Ask a resident"
)
async def request_consent(ask: Ask, body: RequestConsent) -> Go:
    card = await actions.request_consent(
        actor=ask.actor,
        resident_uid=body.resident,
        institution_uid=body.institution,
        purpose=body.purpose,
        categories=body.categories,
        last_day=body.last_day,
        now=ask.now,
    )
    return Go(f"/admin/consents/{card.uid}", said=f"已向{card.resident}发出征求，对方会在手机上收到。")
