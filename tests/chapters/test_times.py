"""The times that the pages promise are counted, not typed (``book/_ext/minutes.py``)."""

import re

import pytest
import yaml

from mnist_lib.experiments import PATHS
from tests.chapters.prose import ROOT

PARTS = [part["caption"] for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]]
FOUNDATIONS = ["learn/first-training", "learn/digits", "learn/receptive-field", "learn/channels",
               "learn/training-loop", "learn/luck"]


def text_of(name: str) -> str:
    return " ".join((ROOT / f"book/{name}.md").read_text(encoding="utf-8").split())


PROMISES = {"**It takes** about {minutes}`this page`.": FOUNDATIONS,
            "Its sheets take about {minutes}`this path` to read.": [f"paths/{path}/index" for path in PATHS]}


@pytest.mark.parametrize("words, name", [(words, name) for words, names in PROMISES.items() for name in names])
def test_a_foundation_counts_its_minutes_and_a_path_its_hours(words, name):
    assert words in text_of(name) and not re.search(r"It takes\*\* about \d", text_of(name))


def test_the_landing_page_counts_the_parts_by_their_names():
    said = re.findall(r"\{minutes\}`([^`]+)`", text_of("index"))
    parts = {part for time in said for part in time.split(", ")}
    assert {"Learn", "Build"} <= parts <= set(PARTS)
