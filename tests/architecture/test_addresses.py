"""No page leads nowhere: each address that a template or a handler of the console writes down is the address of a route.

The walk of `tests/console` follows what it is shown; a link that stands only in a rare state is read here.
"""

import re
from pathlib import Path

import admin

SHAPES = [re.compile(re.sub(r"<[^>]+>", "[^/]+", f"/admin{route.path}")) for route in admin.face().routes]
ATTRIBUTE = re.compile(r'(?:href|action|hx-get|hx-post)="(/admin[^"]*)"')
MACRO = re.compile(
    r'(?:press|confirm|bulk|filters|live|paging\(\w+,)[ (]*"(/admin[^"]*)"((?:\s*~\s*(?:"[^"]*"|[\w.]+))*)'
)
JOINED = re.compile(r'~\s*("[^"]*"|[\w.]+)')
HANDLER = re.compile(r'f?"(/admin/[^" ?]*)')
ASKED = re.compile(r"[?#].*")
OPTIONAL = re.compile(r"\{% if .*")  # what an address ends with in some cases is asked, not the way
TOLD = re.compile(r"\{\{.*?\}\}|\{[^{}%]+\}")  # a uid or a word that is filled in


def addresses_of(template: str) -> list[str]:
    commented_out = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    joined = [
        "".join([first, *(each.strip('"') if each.startswith('"') else "x" for each in JOINED.findall(rest))])
        for first, rest in MACRO.findall(commented_out)
    ]
    return [TOLD.sub("x", OPTIONAL.sub("", each)) for each in [*ATTRIBUTE.findall(commented_out), *joined]]


def dead(addresses: list[str]) -> set[str]:
    ways = {ASKED.sub("", each).rstrip("/") or "/admin" for each in addresses}
    return {
        each
        for each in ways
        if not each.startswith("/admin/static/") and not any(shape.fullmatch(each) for shape in SHAPES)
    }


def test_every_address_of_a_template_is_a_route():
    written = {str(each): addresses_of(each.read_text()) for each in Path("admin/templates").rglob("*.html")}

    assert sum(map(len, written.values())) > 500
    assert {path: found for path, addresses in written.items() if (found := dead(addresses))} == {}


def test_every_address_of_a_handler_is_a_route():
    written = {
        str(each): [TOLD.sub("x", found) for found in HANDLER.findall(each.read_text())]
        for each in Path("admin").rglob("*.py")
    }

    assert sum(map(len, written.values())) > 100
    assert {path: found for path, addresses in written.items() if (found := dead(addresses))} == {}


def test_a_way_that_is_no_route_is_seen():
    assert dead(addresses_of('<a href="/admin/rounds/plan?agreement={{ uid }}">')) == {"/admin/rounds/plan"}
    assert dead(addresses_of('{{ press("/admin/visits/" ~ card.uid ~ "/nothing", "…") }}')) == {
        "/admin/visits/x/nothing"
    }
