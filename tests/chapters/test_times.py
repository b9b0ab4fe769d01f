"""The times that the pages promise add up."""

import re

import yaml

from tests.chapters.prose import ROOT

HOURS = {1: "an hour", 2: "two hours", 3: "three hours", 4: "four hours"}


def test_the_foundations_take_what_their_pages_say():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    files = [chapter["file"] for part in parts if part["caption"] == "Foundations" for chapter in part["chapters"]]
    minutes = [int(re.search(r"about (\d+) minutes", (ROOT / f"{file}.md").read_text(encoding="utf-8"))[1])
               for file in files]
    said = " ".join((ROOT / "book/index.md").read_text(encoding="utf-8").split())
    assert f"The foundations take about {HOURS[round(sum(minutes) / 60)]}" in said
