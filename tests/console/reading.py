"""Read a page as a strict reader would: what it says, and what is wrong with how it is built."""

import re
from html.parser import HTMLParser

VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
    "path",
}
UNSEEN = {"script", "style", "title", "code"}  # a command is no Chinese
LABELLED = {"select", "textarea", "input"}
SILENT = {"hidden", "submit", "button"}
KEYLESS = ("/admin/sign-in", "/admin/public/")  # there is no session whose key they could carry
INLINE_HANDLER = re.compile(r"on[a-z]+")


class Reader(HTMLParser):
    """`text` is what a person can read, options and buttons too; `faults` is what is wrong, in words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.faults: list[str] = []
        self.count: dict[str, int] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self._ids: set[str] = set()
        self._label_for: set[str] = set()
        self._waiting_for_label: list[tuple[str, dict[str, str]]] = []
        self._keyed: list[bool] = []
        self.feed(html)
        self.close()
        self._finish()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.count[tag] = self.count.get(tag, 0) + 1
        self._attributes(tag, given)
        self._shape(tag, given)
        if tag not in VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes nothing at line {self.getpos()[0]}")
            return
        _, given = self._open.pop()
        if (
            tag == "form"
            and given.get("method") == "post"
            and not self._keyed.pop()
            and not given.get("action", "").startswith(KEYLESS)
        ):
            self.faults.append(f"the form to {given.get('action')} has no form_keys")

    def handle_data(self, data: str) -> None:
        inside = {tag for tag, _ in self._open}
        asked_for = any("registration" in given.get("class", "") for _, given in self._open)
        if data.strip() and not inside & UNSEEN and not asked_for:
            self.text.append(data.strip())

    def _attributes(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline style or script in <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in given if INLINE_HANDLER.fullmatch(name)]
        if given.get("id"):
            if given["id"] in self._ids:
                self.faults.append(f"two of id {given['id']}")
            self._ids.add(given["id"])
        if tag == "label" and given.get("for"):
            self._label_for.add(given["for"])

    def _shape(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html" and given.get("lang") != "zh-CN":
            self.faults.append("no lang")
        if tag == "th" and not given.get("scope"):
            self.faults.append("a <th> without scope")
        if tag == "form" and given.get("method") == "post":
            self._keyed.append(False)
        if tag == "input" and given.get("name") == "key" and self._keyed:
            self._keyed[-1] = True
        if tag == "img" and "alt" not in given:
            self.faults.append("an <img> without alt")
        in_label = any(name == "label" for name, _ in self._open)
        if tag in LABELLED and given.get("type") not in SILENT and not in_label and "aria-label" not in given:
            self._waiting_for_label.append((tag, given))

    def _finish(self) -> None:
        self.faults += [f"<{tag}> is left open" for tag, _ in self._open]
        for tag, given in self._waiting_for_label:
            if given.get("id") not in self._label_for:
                self.faults.append(f"<{tag} name={given.get('name')}> has no label")
        if self.count.get("h1") != 1:
            self.faults.append(f"{self.count.get('h1', 0)} <h1>")
        if self.count.get("table", 0) != self.count.get("thead", 0) or (
            self.count.get("table") and not self.count.get("th")
        ):
            self.faults.append("a table without headings")
