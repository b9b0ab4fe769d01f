"""What is published: the site, its notebooks and Binder's folder, as one commit."""

import re
import subprocess
from importlib.metadata import requires

import pikepdf
import pytest
from check_site import faults
from make_pdf import build_of, is_of
from publish import LANDING, assemble, push

from tests import ROOT

SITE = ROOT / "_build" / "html"


def git(folder, *command):
    return subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path):
    """A repository with a small built site, and a remote called origin."""
    for name in ("_build/html/index.html", "_build/html/_static/a.css", "_build/html/notebooks/book/a.ipynb",
                 "binder/postBuild", "source.md"):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(name)
    (tmp_path / "root" / "binder/postBuild").chmod(0o755)
    (tmp_path / "root" / ".gitignore").write_text("_build/\n*.css\n")
    git(tmp_path, "init", "-q", "--bare", "remote")
    git(tmp_path, "init", "-q", "root")
    git(tmp_path / "root", "remote", "add", "origin", str(tmp_path / "remote"))
    return tmp_path / "root"


def test_the_published_branch_is_one_commit_of_the_site(root, tmp_path):
    (tmp_path / "remote").rename(tmp_path / "away")
    with pytest.raises(subprocess.CalledProcessError):
        push(root, assemble(root))
    (tmp_path / "away").rename(tmp_path / "remote")
    for _ in range(2):  # each replaces the one before
        push(root, assemble(root))
    assert "publish" in git(tmp_path / "remote", "log", "-1", "--format=%cn %s", "gh-pages")
    assert git(tmp_path / "remote", "ls-tree", "gh-pages", "binder/postBuild").startswith("100755")
    assert set(git(tmp_path / "remote", "ls-tree", "-r", "--name-only", "gh-pages").split()) == {
        ".nojekyll", "index.html", "_static/a.css", "notebooks/book/a.ipynb", "binder/postBuild"}
    assert git(tmp_path / "remote", "rev-list", "--count", "gh-pages").strip() == "1"
    assert git(root, "status", "--porcelain").split() == ["??", ".gitignore", "??", "binder/", "??", "source.md"]


def test_nothing_is_published_before_the_book_is_built(root):
    (root / "_build" / "html" / "index.html").unlink()
    with pytest.raises(FileNotFoundError, match="make book"):
        assemble(root)


NAV = '<nav class="bd-links bd-docs-nav" aria-label="Main"><div><p><ul><li>x</li></ul></p>\n    </div>\n</nav>'


def make_pdf_of(site, file):
    with pikepdf.new() as book:
        book.add_blank_page()
        book.docinfo["/Keywords"] = build_of(site)
        book.save(file)


def test_a_pdf_of_this_build_goes_with_it_and_is_linked(root, capsys):
    site, pdf = root / "_build/html", root / "_build/book.pdf"
    (site / "book").mkdir()
    (site / "index.html").write_text("leads on")
    (site / "book/index.html").write_text(NAV + LANDING)
    (site / "book/c.html").write_text(NAV)
    assert not (assemble(root) / "book.pdf").exists() and "book.pdf" not in str(list(site.rglob("*.html")))
    make_pdf_of(site, pdf)
    target = assemble(root)
    assert (target / "book.pdf").read_bytes() == pdf.read_bytes() and faults(target) == []
    listed = 'href="../book.pdf" download>The book as PDF</a></li></ul>\n    </div>\n</nav>'
    assert all(listed in (target / f"book/{name}.html").read_text() for name in ("index", "c"))
    assert 'href="../book.pdf" download>the line' in (target / "book/index.html").read_text()
    assert (target / "index.html").read_text() == "leads on" and is_of(pdf, site)  # the build is as it was
    (site / "book/c.html").write_text(NAV + "changed")
    assert not (assemble(root) / "book.pdf").exists()  # it is of another build
    assert "book.pdf" not in (target / "book/index.html").read_text()
    assert "made from another build" in capsys.readouterr().err


def test_the_landing_page_and_the_list_of_pages_have_a_place_for_the_pdf():
    assert LANDING in (ROOT / "book/index.md").read_text(encoding="utf-8")
    if not (SITE / "book").exists():
        pytest.skip("no book is built")
    pages = [path.read_text(encoding="utf-8") for path in (SITE / "book").rglob("*.html")]
    assert all(re.search(r'<nav class="bd-links bd-docs-nav".*?\s*</div>\s*</nav>', page, re.DOTALL) for page in pages)


def test_every_address_of_the_built_site_leads_to_a_published_file():
    if not (SITE / "notebooks").exists():
        pytest.skip("no book is built (make check-site looks at the same things after make book)")
    published = assemble(ROOT)
    assert faults(published) == []
    assert sum(path.stat().st_size for path in published.rglob("*") if path.is_file()) < 40e6
    assert not (pdf := published / "book.pdf").exists() or pdf.stat().st_size < 20e6


def test_binder_installs_what_the_book_is_tested_with():
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    binder = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "binder" / "requirements.txt").read_text(), re.MULTILINE))
    needs = [line for line in requires("mnist_lib") if not re.search(r'^mnist_lib|extra == "(book|bench|test)"', line)]
    for name in (re.split(r"\W", line)[0] for line in needs):
        versions = set(re.findall(rf"^{name}==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
        assert binder[name] in versions, f"{name} of binder/requirements.txt is not one of {versions}"
    assert pinned and (ROOT / "binder" / "postBuild").stat().st_mode & 0o111
