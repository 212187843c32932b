"""What a face module needs to serve a feature."""

from server.consent.rules import Purpose
from server.kit.pages import Page, PageWish
from server.web.asking import Ask, Cookie, Download, Go, MenuEntry, Open, Services, Show, Upload
from server.web.routes import Routes
from server.web.shapes import (
    Bed,
    Body,
    Clean,
    Form,
    InMonth,
    Int,
    Line,
    PageQuery,
    Paragraph,
    Query,
    Room,
    Score,
    Uid,
    Word,
    text,
)

__all__ = [
    "Ask",
    "Bed",
    "Body",
    "Clean",
    "Cookie",
    "Download",
    "Form",
    "Go",
    "InMonth",
    "Int",
    "Line",
    "MenuEntry",
    "Open",
    "Page",
    "PageQuery",
    "PageWish",
    "Paragraph",
    "Purpose",
    "Query",
    "Room",
    "Routes",
    "Score",
    "Services",
    "Show",
    "Uid",
    "Upload",
    "Word",
    "text",
]
