"""The source as WeChat will take it: types, two compilers, size, and what must not stand in it. Needs Node, no browser."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.miniprogram.tools import BUILD, HERE, SOURCE, node, pages_of, tsc, write_api_types

LARGEST = 2 * 1024 * 1024  # bytes of a main package, the platform's limit
FIRST_PAGE = 512 * 1024  # our own: what a phone on a bad line loads before the first page
APP = json.loads((SOURCE / "app.json").read_text())
SHIPPED = (".js", ".json", ".wxml", ".wxss", ".wxs", ".svg", ".png")
PICTURES = {".svg", ".png"}


def sources(*endings: str) -> list[Path]:
    return sorted(each for each in SOURCE.rglob("*") if each.suffix in endings)


@pytest.fixture(scope="module")
def types(tools: None) -> None:
    write_api_types()


class TestTypes:
    def test_the_pages_agree_with_the_platform_and_with_the_server(self, types):
        assert tsc() == ""

    def test_a_page_that_misreads_a_card_is_found(self, types):
        wrong = BUILD / "wrong.js"
        wrong.write_text(
            "// @ts-check\nconst { get } = require('../../../miniprogram/api/client')\n"
            "get('/home', {}).then((home) => home.residents[0].nmae)\nwx.makePhonecall({})\n"
        )
        settings = json.loads((HERE / "jsconfig.json").read_text())
        (BUILD / "wrong.json").write_text(json.dumps(settings | {"include": ["wrong.js", "../api.d.ts"]}))

        found = tsc("build/wrong.json")

        assert "nmae" in found
        assert "makePhonecall" in found


class TestCompilers:
    def test_every_page_compiles_with_wechats_own_compilers(self, tools):
        done = node("host/official.mjs", str(SOURCE))

        assert done.returncode == 0, done.stderr

    def test_a_broken_template_stops_both_with_its_place(self, tools, tmp_path):
        copy = tmp_path / "miniprogram"
        shutil.copytree(SOURCE, copy)
        (copy / "pages/call/call.wxml").write_text('<view wx:if="{{a">')

        ours = node("host/build.mjs", str(copy), str(tmp_path / "out"))

        assert ours.returncode == 1
        assert "pages/call/call.wxml:1" in ours.stderr
        assert node("host/official.mjs", str(copy)).returncode == 1


class TestPackage:
    def test_it_is_small(self):
        roots = [SOURCE / part["root"] for part in APP["subPackages"]]
        parts = {
            root: sum(each.stat().st_size for each in root.rglob("*") if each.is_file()) for root in roots
        }
        whole = sum(each.stat().st_size for each in SOURCE.rglob("*") if each.is_file())

        assert whole - sum(parts.values()) < FIRST_PAGE < LARGEST
        assert max(parts.values()) < FIRST_PAGE

    def test_what_comes_later_is_not_needed_before(self):
        """The platform refuses a module of a subpackage to all others; work without a signal is in the main package."""
        roots = [part["root"] for part in APP["subPackages"]]
        assert not {"pages/home", "pages/round", "pages/witness"} & set(roots)
        for script in sources(".js"):
            for asked in re.findall(r"require\('([^']+)'\)", script.read_text()):
                target = (script.parent / asked).resolve().relative_to(SOURCE.resolve()).as_posix()
                own = script.relative_to(SOURCE).as_posix()
                assert not [root for root in roots if target.startswith(root) and not own.startswith(root)]

    def test_nothing_is_shipped_that_a_phone_does_not_need(self):
        assert [
            each.name for each in SOURCE.rglob("*") if each.is_file() and each.suffix not in SHIPPED
        ] == []

    def test_every_picture_is_used(self):
        markup = "".join(each.read_text() for each in sources(".wxml"))
        words = set(re.findall(r"[\w-]+", markup + "".join(each.read_text() for each in sources(".js"))))
        # A button with a dark ground shows the light picture of the same name.
        dark = {
            found.group(1)
            for act in re.findall(r"<act\b[^>]*>", markup)
            if not re.search(r'kind="(plain|quiet)"', act) and (found := re.search(r'icon="(\w+)"', act))
        }
        dark |= set(re.findall(r"icons/(\w+)\{\{[^}]*-light", markup))

        used = {f"{each}.svg" for each in words} | {f"{each}-light.svg" for each in dark}

        assert [each.name for each in sources(*PICTURES) if each.name not in used] == []

    def test_privacy_interfaces_are_declared(self):
        app = APP

        assert app["__usePrivacyCheck__"] is True
        assert "permission" not in app  # nothing asks where anybody is
        assert json.loads((SOURCE / "sitemap.json").read_text())["rules"] == [
            {"action": "disallow", "page": "*"}
        ]


class TestHand:
    """One hand in all pages: what the house rules say and a reader would otherwise have to look for."""

    def test_every_page_stands_in_the_common_frame(self):
        for page in pages_of(APP):
            text = (SOURCE / f"{page}.wxml").read_text()

            assert text.startswith('<page-meta root-font-size="{{rem}}px"'), page
            assert "<screen" in text, page

    def test_letters_and_colours_come_from_the_style_sheet(self):
        for sheet in sources(".wxss"):
            text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

            assert "rpx" not in text, sheet
            assert not re.search(r"font-size:\s*[\d.]+px", text), sheet
            if sheet.name != "app.wxss":
                assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) <= {"#fff", "#ffffff"}, sheet

    def test_no_dialog_comes_and_goes_by_itself(self):
        for script in sources(".js"):
            assert not re.search(
                r"wx\.(showToast|showModal|showActionSheet|showLoading)\b", script.read_text()
            ), script

    def test_every_script_is_checked(self):
        for script in sources(".js"):
            assert script.read_text().startswith("// @ts-check\n"), script

    def test_only_the_one_door_talks_to_the_server(self):
        for script in sources(".js"):
            if script.name != "client.js":
                assert not re.search(
                    r"wx\.(request|uploadFile|downloadFile|connectSocket)\(", script.read_text()
                ), script

    def test_nothing_of_a_person_is_written_to_the_console(self):
        for script in sources(".js"):
            for said in re.findall(r"console\.\w+\(([^)]*)\)", script.read_text()):
                assert not re.search(r"name|phone|words|national|openid|token", said), (script, said)
