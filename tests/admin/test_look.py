"""What the stylesheet promises: everybody can read it."""

import re

import pytest

from admin.pages import HERE

CSS = (HERE / "static/console.css").read_text()
COLORS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))
AAA, CONTROLS = 7.0, 3.0  # WCAG 2.2: 1.4.6, 1.4.11


def light(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ground", ["paper", "sheet"])
@pytest.mark.parametrize("text", ["ink", "faded", "pine", "leaf", "seal"])
def test_text_stands_out_on_paper(text, ground):
    assert contrast(COLORS[text], COLORS[ground]) >= AAA


@pytest.mark.parametrize("text", ["leaf", "seal", "amber", "slate"])
def test_tags_stand_out_on_their_wash(text):
    assert contrast(COLORS[text], COLORS[f"{text}-wash"]) >= AAA


@pytest.mark.parametrize("ground", ["leaf", "seal"])
def test_white_stands_out_on_buttons(ground):
    assert contrast("#ffffff", COLORS[ground]) >= AAA


def test_borders_of_controls_and_the_focus_ring_can_be_seen():
    assert contrast(COLORS["rule"], COLORS["sheet"]) >= CONTROLS
    assert contrast(COLORS["focus"], COLORS["paper"]) >= CONTROLS


def test_it_fetches_nothing_from_elsewhere():
    assert "http" not in CSS.replace("http://www.w3.org", "")
    assert "@import" not in CSS
    assert "url(" not in CSS


def test_every_control_is_large_enough_to_hit():
    """44 px: buttons, inputs, ticks, menu entries, links of the bar."""
    heights = [int(height) for height in re.findall(r"min-height: (\d+)px", CSS)]
    assert min(heights) >= 44
