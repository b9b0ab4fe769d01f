"""The look through the built site finds what would need another host or leads nowhere."""

import random
import re

import pytest
from check_site import faults


def site(tmp_path, body: str, css: str = ""):
    (tmp_path / "there.html").write_text('<p id="place">there</p>')
    (tmp_path / "there.png").write_bytes(b"")
    (tmp_path / "style.css").write_text(css)
    (tmp_path / "index.html").write_text(f"<html><body>{body}</body></html>")
    return tmp_path


@pytest.mark.parametrize("body", [
    '<img src="there.png">', '<img src="data:image/png;base64,AA">',
    '<link rel="stylesheet" href="style.css?v=1">',
    '<a href="there.html#place">', '<a href="https://example.org/">', '<a href="mailto:a@b.c">',
    '<link rel="canonical" href="https://example.org/">', '<p id="a"></p><a href="#a">',
])
def test_a_sound_page_has_no_faults(tmp_path, body):
    assert faults(site(tmp_path, body, css="a { background: url(there.png) }")) == []


@pytest.mark.parametrize("body, said", [
    ('<script src="https://cdn.example.org/x.js"></script>', "loads https://cdn.example.org/x.js"),
    ('<img src="//example.org/x.png">', "loads //example.org/x.png"),
    ('<img srcset="there.png 1x, https://example.org/x.png 2x">', "loads https://example.org/x.png"),
    ('<link rel="preload stylesheet" href="https://example.org/f.css">', "loads https://example.org/f.css"),
    ('<img src="nowhere.png">', "nowhere.png, which is not there"),
    ('<a href="nowhere.html">', "nowhere.html, which is not there"),
    ('<a href="there.html#nowhere">', "which has no such place"),
    ("<p>| network | field | |—|—:| | alexnet | 195 |</p>", "shows a table as text"),
])
def test_each_fault_is_told_in_a_line(tmp_path, body, said):
    found = faults(site(tmp_path, body))
    assert len(found) == 1 and found[0].startswith("index.html ") and said in found[0]


def noise(length: int) -> bytes:
    """Bytes that nothing makes smaller."""
    return random.Random(1).randbytes(length)


@pytest.mark.parametrize("name", ["there.png", "x.js"])
def test_a_page_that_is_too_heavy_is_told(tmp_path, name):
    site(tmp_path, '<link rel="stylesheet" href="style.css?v=1"><img src="there.png"><script src="x.js"></script>')
    (tmp_path / "x.js").write_text("")
    (tmp_path / name).write_bytes(noise(299_000))
    assert faults(tmp_path) == []
    (tmp_path / name).write_bytes(noise(301_000))
    (found,) = faults(tmp_path)
    assert re.fullmatch(r"index.html weighs 30\d KB, and its budget is 300 KB", found)
    (tmp_path / name).write_bytes(b"x" * 301_000)  # which hosts make small, but for pictures
    assert bool(faults(tmp_path)) == name.endswith(".png")


def test_a_picture_that_is_too_heavy_is_told(tmp_path):
    (tmp_path / "_images").mkdir()
    for size, said in (("149", []), ("151", ["_images/a.png weighs 151 KB, and its budget is 150 KB"])):
        (site(tmp_path, "") / "_images/a.png").write_bytes(noise(int(size) * 1000))
        assert faults(tmp_path) == said


COLAB = "https://colab.research.google.com/github/o/n/blob"
BINDER = "https://mybinder.org/v2/gh/o/n"
RIGHT = (f'<a href="{COLAB}/gh-pages/notebooks/index.ipynb">', '<a href="notebooks/index.ipynb">',
         f'<a href="{BINDER}/gh-pages?urlpath=lab/tree/notebooks/index.ipynb">', '<div class="cell">')


def with_notebook(tmp_path, body):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "index.ipynb").write_text("{}")
    return site(tmp_path, body)


def test_buttons_that_open_the_pages_own_notebook_are_right(tmp_path):
    assert faults(with_notebook(tmp_path, "".join(RIGHT))) == []


@pytest.mark.parametrize("body, said", [
    (f'<a href="{COLAB}/main/notebooks/index.ipynb">', "opens"),
    (f'<a href="{COLAB}/gh-pages/book/index.ipynb">', "opens"),
    (f'<a href="{COLAB}/gh-pages/notebooks/there.ipynb">', "opens"),
    (f'<a href="{BINDER}/main?urlpath=lab/tree/notebooks/index.ipynb">', "opens"),
    (f'<a href="{BINDER}/gh-pages?filepath=notebooks/index.ipynb">', "opens"),
])
def test_buttons_that_open_anything_else_are_told(tmp_path, body, said):
    found = faults(with_notebook(tmp_path, body + RIGHT[1]))
    assert len(found) == 1 and found[0].startswith("index.html ") and said in found[0]


def test_a_notebook_needs_its_link_and_code_its_notebook(tmp_path):
    assert faults(with_notebook(tmp_path, "")) == ["index.html has no link to its notebook"]
    (tmp_path / "notebooks" / "index.ipynb").unlink()
    assert faults(site(tmp_path, RIGHT[3])) == ["index.html has code, but no notebook"]
    assert len(faults(site(tmp_path, RIGHT[0]))) == 1


def test_style_sheets_are_read_too(tmp_path):
    found = faults(site(tmp_path, "", css='@import "https://fonts.example.org/f.css";'))
    assert found == ["style.css loads https://fonts.example.org/f.css"]


def test_an_empty_folder_is_not_a_sound_site(tmp_path):
    assert faults(tmp_path)
