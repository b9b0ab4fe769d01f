"""Step pages lead with what they found, and say what is theirs: the bars of ``benchmarks/step_pages.py``."""

from __future__ import annotations

import pytest

from benchmarks.step_pages import MACHINE, SHARED, machine, measure

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("step-pages")]  # measured once


@pytest.fixture(scope="module")
def found(site, browser):
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    measured = measure(page, site)
    page.close()
    return measured


def test_neighbours_share_few_words(found):
    alike = {name: of["shared"] for name, of in found.items() if of["shared"] is not None}
    assert len(alike) >= 24 and {name: share for name, share in alike.items() if share >= SHARED} == {}


def test_code_tables_and_output_take_less_than_half_of_every_page(found):
    over = {name: round(machine(of["heights"]), 2) for name, of in found.items() if machine(of["heights"]) >= MACHINE}
    assert over == {}


def test_no_table_scrolls_sideways_so_the_why_is_seen(found):
    assert {name: of["sideways"] for name, of in found.items() if of["sideways"]} == {}


def test_a_prediction_stands_before_the_answer_on_every_page(found, site):
    for name in found:
        html = (site / "book" / "paths" / f"{name}.html").read_text(encoding="utf-8")
        asked, changes = html.find('id="predict-'), html.find(">What changes<")
        assert 0 < asked < html.find('class="admonition', asked) < html.find('id="what-changes"') and changes > 0, name
