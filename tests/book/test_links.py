"""Where a step's name leads, from pages in the book's folders."""

import pytest

from mnist_lib.book import links
from mnist_lib.book.sources import source


@pytest.fixture
def book(tmp_path, monkeypatch):
    folder = tmp_path / "book"
    (folder / "paths/six-models").mkdir(parents=True)
    (folder / "paths/three-modules").mkdir()
    (folder / "index.md").touch()
    monkeypatch.chdir(folder)
    return folder


def test_a_step_leads_to_its_page_where_there_is_one(book):
    assert links.step_link("six-models/steplr").href == source("six-models/steplr").url
    (book / "paths/six-models/steplr.md").touch()
    assert links.step_link("six-models/steplr").href == "paths/six-models/steplr.html"
    assert links.step_link("six-models/steplr", "the last") == "the last"


def test_the_way_starts_from_the_page_that_is_executed(book, monkeypatch):
    (book / "paths/six-models/steplr.md").touch()
    monkeypatch.chdir(book / "paths/three-modules")
    assert links.step_link("six-models/steplr").href == "../../paths/six-models/steplr.html"
    monkeypatch.chdir(book.parent)
    assert links.step_link("six-models/steplr").href == "paths/six-models/steplr.html"


def test_a_corrected_step_is_told_on_the_page_of_what_it_corrects(book):
    assert links.step_link("three-modules/onecycle-corrected") == "three-modules/onecycle-corrected"
    (book / "paths/three-modules/onecycle.md").touch()
    assert links.step_link("three-modules/onecycle-corrected").href == "paths/three-modules/onecycle.html"
