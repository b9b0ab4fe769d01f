"""A book of three pages, built with this book's settings and extensions, again and again."""

import ctypes
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("build-book")]  # one worker builds its book

FRONT = ("---\nfile_format: mystnb\n"
         "kernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n")
PAGES = {
    "index": "# Start\n\nText with $x^2$.\n",
    "field": FRONT + "# Field\n\n```{code-cell} ipython3\n"
             "import os\nfrom mnist_lib import field\n"
             "open(os.environ['EXECUTED'], 'a').write('field ')\nprint('field is', field)\n```\n",
    "run": FRONT + "# Run\n\nOld words.\n\n```{code-cell} ipython3\n"
           "import os\nfrom mnist_lib import fit\n"
           "open(os.environ['EXECUTED'], 'a').write('run ')\nprint('accuracy is', fit())\n```\n",
}
LIBRARY = {
    "__init__": 'from importlib import import_module\n_GIVES = {"geometry": "field", "training": "fit"}\n'
                'def __getattr__(name):\n'
                '    home = {given: file for file, given in _GIVES.items()}\n'
                '    return getattr(import_module(f"mnist_lib.{home[name]}"), name)\n',
    "geometry": "field = 3\n",
    "training": "import json, pathlib\nRESULTS = pathlib.Path(__file__).parents[1] / 'results'\n"
                "def fit():\n    return json.loads((RESULTS / 'seed-0.json').read_text())['accuracy']\n",
}

PUBLISHED = {"GITHUB_REPOSITORY", "BOOK_SITE"}  # what says where a site will be


class Book:
    """A small repository, and what its builds executed and said."""

    def __init__(self, root: Path):
        self.root = root
        for name in ("_config.yml", "requirements.txt", "book/_ext", "book/_static", "book/_templates",
                     "book/references.bib", "mnist_lib/book/drawing.css",
                     "mnist_lib/rf/explorer/dom.js", "mnist_lib/rf/explorer/windows.js"):
            source, target = ROOT / name, root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        toc = {"format": "jb-book", "root": "book/index",
               "chapters": [{"file": "book/field"}, {"file": "book/run"}]}
        self.write("_toc.yml", yaml.safe_dump(toc))
        for name, text in PAGES.items():
            self.write(f"book/{name}.md", text)
        for name, text in LIBRARY.items():
            self.write(f"mnist_lib/{name}.py", text)
        self.record(99.4)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def record(self, accuracy: float) -> None:
        self.write("results/seed-0.json", json.dumps({"accuracy": accuracy}))

    def start(self, **process) -> subprocess.Popen:
        """A build that is under way, to be killed or finished; ``process`` are settings of ``Popen``."""
        environment = {name: value for name, value in os.environ.items() if name not in PUBLISHED}
        return subprocess.Popen([sys.executable, str(ROOT / "tools" / "build_book.py"), str(self.root)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **process,
                                env={**environment, "EXECUTED": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"})

    def build(self, umask: int = -1, **settings: str) -> tuple[int, str, str]:
        """The exit status, the chapters that were executed, and what was printed, without colours.

        ``settings`` are added to the environment, which names no place of publication.
        """
        executed = self.root.parent / "executed"
        executed.write_text("")
        environment = {**os.environ, "EXECUTED": str(executed), "MPLCONFIGDIR": str(self.root),
                       "PYTHONDONTWRITEBYTECODE": "1", **settings}
        for name in PUBLISHED - set(settings):
            environment.pop(name, None)
        ended = subprocess.run([sys.executable, str(ROOT / "tools" / "build_book.py"), str(self.root)],
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               timeout=300, umask=umask)
        names = " ".join(sorted(executed.read_text().split()))  # chapters run side by side
        return ended.returncode, names, re.sub(r"\x1b\[[\d;]*m", "", ended.stdout)

    def page(self, name: str) -> str:
        return (self.root / "_build" / "html" / "book" / f"{name}.html").read_text()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The book, built once; each test leaves it sound."""
    book = Book(tmp_path_factory.mktemp("books") / "Ein Buch, mit Lücken")
    status, executed, said = book.build()
    assert status == 0, said
    assert executed == "field run"
    assert f"The book is in {book.root}/_build/html/index.html" in said
    return book


def test_new_words_are_shown_and_nothing_is_executed(book):
    book.replace("book/run.md", "Old words.", "New words.")
    status, executed, _ = book.build()
    assert (status, executed) == (0, "")
    assert "New words." in book.page("run") and "accuracy is 99.4" in book.page("run")


def test_an_edit_of_the_library_executes_the_chapters_that_reach_it(book):
    book.replace("mnist_lib/geometry.py", "3", "5")
    status, executed, _ = book.build()
    assert (status, executed) == (0, "field")
    assert "field is 5" in book.page("field")


def test_a_changed_record_executes_the_chapters_that_read_records(book):
    book.record(99.5)
    status, executed, _ = book.build()
    assert (status, executed) == (0, "run")
    assert "accuracy is 99.5" in book.page("run")


def test_changed_requirements_execute_everything(book):
    book.replace("requirements.txt", "tqdm==4.70.1", "tqdm==4.70.2")
    assert book.build()[:2] == (0, "field run")


def test_faults_fail_the_build_on_the_second_try_too_and_all_are_told(book):
    cell = "\n```{{code-cell}} ipython3\n{}\n```\n"
    faults = {
        "book/run.md": cell.format("raise ValueError('on purpose')"),
        "book/field.md": cell.format("import warnings\nwarnings.warn('careful')"),
        "book/index.md": "\nSee {doc}`nowhere`.\n",
    }
    sound = {name: (book.root / name).read_text() for name in faults}
    for name, fault in faults.items():
        book.write(name, sound[name] + fault)
    tries = [book.build() for _ in range(2)]
    for name, text in sound.items():
        book.write(name, text)
    for status, _, said in tries:
        assert status != 0 and "The book was not built" in said
        assert "ValueError: on purpose" in said
        assert "stderr was found in the cell outputs" in said
        assert "unknown document: 'nowhere'" in said


def test_a_page_has_one_sheet_and_one_script_of_the_version_that_is_there(book):
    page = book.page("run")
    files = re.findall(r'(?:<script[^>]* src|<link[^>]* rel="stylesheet" href)="([^"]+)"', page)
    assert [name.partition("?")[0] for name in files] == ["../_static/site.css", "../_static/site.js"]
    for name in files:
        path, _, version = name.removeprefix("../").partition("?v=")
        content = (book.root / "_build/html" / path).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(version) and version != "0" * 8


def test_a_site_without_an_address_says_what_it_can(book):
    html = book.root / "_build/html"
    assert not (html / "sitemap.xml").exists()
    for name in ("index.html", "book/index.html"):
        page = (html / name).read_text()
        assert 'property="og:title"' in page and 'property="og:description" content="Text with ' in page
        assert 'rel="canonical"' not in page and "og:image" not in page
    assert 'href="book/index.html"' in (html / "404.html").read_text()


def test_a_published_site_names_its_pages_its_card_and_its_way_back(book):
    assert book.build(GITHUB_REPOSITORY="Someone/small")[0] == 0
    html, address = book.root / "_build/html", "https://someone.github.io/small/"
    places = re.findall(r"<loc>(.*?)</loc>", (html / "sitemap.xml").read_text())
    assert places == [f"{address}book/{name}.html" for name in ("field", "index", "run")]
    card = re.search(r'og:image" content="(.*?)"', book.page("run"))[1]
    canonical = re.search(r'rel="canonical" href="(.*?)"', book.page("run"))[1]
    links = re.findall(r'<a [^>]*href="(.*?)"', (html / "404.html").read_text())
    assert len(links) == 3
    for link in (*places, *links, card, canonical):  # at whatever depth a reader got lost
        assert link.startswith(address) and (html / link.removeprefix(address)).exists(), link
    assert f'href="{address}book/index.html"' in (html / "index.html").read_text()


def test_the_page_for_what_is_not_there_loads_nothing(book):
    page = (book.root / "_build/html/404.html").read_text()
    assert all('href="data:' in link for link in re.findall("<link[^>]*>", page))
    assert "src=" not in page and "url(http" not in page


def test_two_builds_at_once_the_second_says_so_and_the_first_ends_well(book):
    import build_book

    with build_book.alone(book.root / "_build"):
        status, executed, said = book.build()
    assert (status, executed) == (2, "") and "another build is under way" in said and "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_a_place_where_nothing_can_be_written_is_told(tmp_path):
    import build_book

    (tmp_path / "_build").write_text("a file in place of the folder")
    done = subprocess.run([sys.executable, build_book.__file__, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 2 and "cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_a_full_disk_is_told_before_the_build(tmp_path, monkeypatch, capsys):
    import build_book

    monkeypatch.setattr(build_book, "ROOM", 10**18)
    assert build_book.build(tmp_path) == 2
    assert "make room" in capsys.readouterr().err


def test_ctrl_c_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    import build_book

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(build_book.subprocess, "run", stopped)
    assert build_book.build(tmp_path) == 130
    said = capsys.readouterr().err
    assert said.strip().count("\n") == 0 and "was not built: stopped" in said


def site(book) -> dict:
    """Every file of the site with its hash."""
    html = book.root / "_build" / "html"
    return {p.relative_to(html).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in html.rglob("*") if p.is_file()}


def test_without_git_under_other_locales_and_a_close_umask_the_site_is_the_same(book):
    sites = []
    for settings in ({"PATH": "", "LC_ALL": "tr_TR.UTF-8"}, {"LC_ALL": "C", "umask": 0o077}):
        book.write("book/field.md", (book.root / "book/field.md").read_text())  # it is read again
        status, executed, said = book.build(**settings)
        assert (status, executed) == (0, ""), said
        sites.append(site(book))
    assert sites[0] == sites[1]


def test_a_killed_build_leaves_nothing_that_the_next_one_takes_for_right(book):
    """SIGKILL with all processes below, while pages are written; then the site is the one before."""
    before = site(book)
    book.replace("book/run.md", "# Run", "# Killed")
    killed = book.start(start_new_session=True)
    assert any("writing output" in line for line in killed.stdout)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    book.replace("book/run.md", "# Killed", "# Run")
    status, executed, printed = book.build()
    assert status == 0, printed
    assert {name: value for name, value in site(book).items() if before.get(name) != value} == {}


@pytest.mark.skipif(sys.platform != "linux", reason="the rights of a Linux system")
def test_a_read_only_checkout_is_told(tmp_path):
    """Also for root, without the right to write everywhere."""
    import build_book

    drop_right, write_everywhere = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
    tmp_path.chmod(0o555)
    done = subprocess.run([sys.executable, build_book.__file__, str(tmp_path)], capture_output=True, text=True,
                          preexec_fn=lambda: ctypes.CDLL(None).prctl(drop_right, write_everywhere, 0, 0, 0))
    tmp_path.chmod(0o755)
    assert done.returncode == 2 and "build in a copy of the repository where you may write" in done.stderr
    assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


def test_damaged_entries_of_the_cache_are_made_again(book):
    for file in (book.root / "_build" / ".jupyter_cache").rglob("*.ipynb"):
        file.write_text(file.read_text()[:100])
    book.replace("book/run.md", "words", "words again")
    status, _, said = book.build()
    assert status == 0, said
    assert "accuracy is" in book.page("run")
