"""Documents to print, and the public page that tells whether one is genuine."""

from typing import Annotated

from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.documents import actions, queries
from server.documents.actions import Printed
from server.web import Ask, Clean, Download, Form, Open, Query, Routes, Show, Upload, text

routes = Routes("documents", tag="打印件")
PDF = "application/pdf"
MIB = 1024 * 1024


class PrintSummary(Form):
    purpose: Purpose = Purpose.CARE


class VerifyQuery(Query):
    number: Annotated[str, text(20), Clean] | None = None


class Compare(Form):
    file: Upload


# Printing leaves a line and a number, and changes nothing else. Whoever presses again wants another copy, so these
# take no key that would answer the second press with "done already".


@routes.post(
    "/records/<resident_uid>/print",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    keyed=False,
    summary="Print the health summary of a resident",
)
async def health_summary(ask: Ask, resident_uid: str, body: PrintSummary) -> Download:
    return _file(
        await actions.print_health_summary(
            actor=ask.actor,
            resident_uid=resident_uid,
            purpose=body.purpose,
            origin=_origin(ask),
            now=ask.now,
        )
    )


@routes.post(
    "/visits/<visit_uid>/print",
    needs=Permission.VISIT_READ,
    keyed=False,
    summary="Print the sheet of a visit",
)
async def visit_sheet(ask: Ask, visit_uid: str) -> Download:
    return _file(
        await actions.print_visit_sheet(
            actor=ask.actor, visit_uid=visit_uid, origin=_origin(ask), now=ask.now
        )
    )


@routes.post(
    "/statements/<statement_uid>/print",
    needs=Permission.STATEMENT_READ,
    keyed=False,
    summary="Print a month's statement",
)
async def settlement(ask: Ask, statement_uid: str) -> Download:
    return _file(
        await actions.print_settlement(actor=ask.actor, uid=statement_uid, origin=_origin(ask), now=ask.now)
    )


@routes.post(
    "/referrals/<referral_uid>/print",
    needs=Permission.REFERRAL_SEND,
    purpose=Purpose.CONTINUITY,
    keyed=False,
    summary="Print the slip of a referral",
)
async def referral_slip(ask: Ask, referral_uid: str) -> Download:
    return _file(
        await actions.print_referral_slip(actor=ask.actor, uid=referral_uid, origin=_origin(ask), now=ask.now)
    )


@routes.post(
    "/consents/<consent_uid>/print",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    keyed=False,
    summary="Print the statement of a consent",
)
async def consent_statement(ask: Ask, consent_uid: str) -> Download:
    return _file(
        await actions.print_consent_statement(
            actor=ask.actor, uid=consent_uid, origin=_origin(ask), now=ask.now
        )
    )


@routes.post(
    "/consents/<consent_uid>/form",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    keyed=False,
    summary="Print the form to be signed on paper",
)
async def consent_form(ask: Ask, consent_uid: str) -> Download:
    content = await queries.consent_form(actor=ask.actor, uid=consent_uid, now=ask.now)
    return Download(f"同意书-{consent_uid[-6:]}.pdf", content, PDF)


@routes.get("/public/verify", needs=Open.ANYONE, rate="verify", summary="Type the number of a document")
async def verify_typed(ask: Ask, query: VerifyQuery) -> Show:
    card = await queries.issued_document(number=query.number, now=ask.now) if query.number else None
    return Show("documents/verify.html", card=card, compared=None)


@routes.get("/public/verify/<number>", needs=Open.ANYONE, rate="verify", summary="Is this document genuine")
async def verify(ask: Ask, number: str) -> Show:
    card = await queries.issued_document(number=number, now=ask.now)
    return Show("documents/verify.html", card=card, compared=None)


@routes.post(
    "/public/verify/<number>",
    needs=Open.ANYONE,
    rate="verify",
    largest_body=5 * MIB,
    summary="Compare a file with the document of this number",
)
async def compare(ask: Ask, number: str, body: Compare) -> Show:
    found = await queries.compare(number=number, content=body.file.content, now=ask.now)
    return Show("documents/verify.html", card=found.card, compared=found)


def _file(printed: Printed) -> Download:
    return Download(printed.name, printed.content, PDF)


def _origin(ask: Ask) -> str:
    # Where nobody said how the world reaches this server: the host that the reader's browser has just reached.
    asked = f"{'https' if ask.settings.production else 'http'}://{ask.headers['host']}"
    return ask.settings.public_url.rstrip("/") or asked
