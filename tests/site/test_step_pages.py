"""Every step has its sheet: the form of a report, short enough to read, with a link to where the student says it."""

from __future__ import annotations

import re

import pytest

from mnist_lib.book.sources import source, steps
from tests import ROOT

SHEETS = [name for name in steps() if not name.endswith("-13160")]  # that one is a section of its step's sheet
FORM = ["Target", "What changes", "Network", "Training", "Result", "Analysis"]
MOST = 900  # words shown


def text(name: str) -> str:
    return (ROOT / "book" / "paths" / f"{name}.md").read_text(encoding="utf-8")


def test_there_are_twenty_nine():
    assert len(SHEETS) == 29


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_has_the_form_of_a_report_and_names_its_places(name):
    sheet, of = text(name), source(name)
    assert re.findall(r"^## (.+)$", sheet, re.MULTILINE) == FORM
    target = sheet.partition("## Target")[2].partition("## What changes")[0]
    links = re.findall(r"\]\((https://github\.com/[^)]+)\)", target)
    assert any(link.startswith(f"https://github.com/{of.repository}/blob/{of.commit}/") for link in links)
    assert re.search(r"README|notebook", sheet.partition("## Analysis")[2][:1200])
    assert not re.search(r"\bthe source\b|over images and seeds", re.sub(r"```.*?```", "", sheet, flags=re.DOTALL))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_short(name, site):
    from bs4 import BeautifulSoup

    page = site / "book" / "paths" / f"{name}.html"
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select_one("article")
    for node in article.select("pre,script,style,table"):
        node.extract()
    assert len(article.get_text(" ").split()) <= MOST
