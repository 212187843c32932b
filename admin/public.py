"""What everybody may read without signing in: the directory of institutions, and what this service promises."""

from typing import Annotated

from pydantic import StringConstraints

from admin.feedback.words import WORDS
from server.alliance.queries import DirectoryWish
from server.alliance.rules import CATALOGUE, PUBLIC_KINDS, InstitutionKind
from server.feedback.queries import public_directory, public_sheet
from server.web import Ask, Clean, Open, PageQuery, Routes, Show, text

routes = Routes("public", tag="公开页面")

ANYONE = Open.ANYONE
SERVICES = tuple((entry.code, entry.name) for entry in CATALOGUE)


class DirectoryQuery(PageQuery):
    kind: InstitutionKind | None = None
    name: Annotated[str, text(40, least=0), Clean] = ""  # of an institution, not of a person
    service: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""

    @property
    def asked(self) -> DirectoryWish:
        return DirectoryWish(self.kind, self.name, self.service)


@routes.get("/public/institutions", needs=ANYONE, summary="The directory of institutions")
async def institutions(ask: Ask, query: DirectoryQuery) -> Show:
    page = await public_directory(asked=query.asked, wish=query.counted, now=ask.now)
    return Show(
        "public/institutions.html", page=page, asked=query, public_kinds=PUBLIC_KINDS, services=SERVICES
    )


@routes.get(
    "/public/institutions/<institution_uid>",
    needs=ANYONE,
    summary="One institution, its partners, and what was said of it",
)
async def institution(ask: Ask, institution_uid: str, query: PageQuery) -> Show:
    found = await public_sheet(institution_uid=institution_uid, wish=query.counted, now=ask.now)
    return Show("public/institution.html", found=found, words=WORDS)


@routes.get("/public/guide", needs=ANYONE, summary="How to use the service")
async def guide() -> Show:
    return Show("public/guide.html")


@routes.get("/public/privacy", needs=ANYONE, summary="Who processes what, for what, and what one may demand")
async def privacy() -> Show:
    return Show("public/privacy.html")


@routes.get("/public/accessibility", needs=ANYONE, summary="What was tested for access, and what is missing")
async def accessibility() -> Show:
    return Show("public/accessibility.html")
