"""Two sites are the same only if their files are, and only dates and durations may differ."""

import subprocess

import pytest
from compare_sites import BLURRED, copy_repository, differences, main

from tests import ROOT

STATUS = "<td><p>{}</p></td><td><p>{}</p></td><td><p>succeeded</p></td>"


def site(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def pair(tmp_path):
    return [site(tmp_path / name, book__evidence__status_html=STATUS.format(f"2026-01-0{day} 10:00", f"{day}.5"),
                 book__a_html="same") for day, name in enumerate(("one", "two"), 1)]


def test_dates_and_durations_may_differ(pair, capsys):
    assert differences(*pair) == []
    assert main([str(folder) for folder in pair]) == 0
    assert "same site" in capsys.readouterr().out


@pytest.mark.parametrize("change, said", [
    ({"book__a_html": "other"}, ["two/book/a.html", "-same", "+other"]),
    ({"book__b_html": "new"}, ["Only in two/book: b.html"]),
    ({"book__empty_html": ""}, ["Only in two/book: empty.html"]),
    ({"book__a_html": "\0other"}, ["one/book/a.html and two/book/a.html differ"]),
    ({"book__evidence__status_html": STATUS.format("2026-01-02 10:00", "2.5").replace("succeeded", "failed")},
     ["two/book/evidence/status.html", "failed"]),
])
def test_anything_else_may_not(pair, change, said, capsys):
    site(pair[1], **change)
    assert main([str(folder) for folder in pair]) == 1
    told = capsys.readouterr().err
    assert all(words in told for words in said), told
    assert main([str(folder) for folder in reversed(pair)]) == 1
    assert not (pair[0] / "book" / "b.html").exists()


def test_notebooks_and_logs_are_no_part_of_a_site(pair):
    site(pair[1], notebooks__a_ipynb="{}", reports__a_log="failed")
    assert differences(*pair) == []


def test_the_same_date_outside_of_the_table_is_a_difference(pair):
    site(pair[0], book__a_html="<p>2026-01-01 10:00</p>")
    site(pair[1], book__a_html="<p>2026-01-02 10:00</p>")
    assert any("2026-01-02" in line for line in differences(*pair))
    assert list(BLURRED) == ["book/evidence/status.html"]
    assert all((ROOT / name).with_suffix(".md").exists() for name in BLURRED)


def test_what_git_knows_is_copied_as_it_is_now(tmp_path):
    root = site(tmp_path / "root", book__a_html="old", secret="x")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "book"], check=True)
    site(root, book__a_html="new")
    (tmp_path / "copy").mkdir()
    copy_repository(root, tmp_path / "copy")
    assert (tmp_path / "copy/book/a.html").read_text() == "new"
    assert not (tmp_path / "copy/secret").exists()
