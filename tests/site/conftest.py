"""A real browser for the tests of pages: Debian's Chromium, driven by Playwright, without a network.

Where no browser is found these tests are skipped, and say so; with ``REQUIRE_BROWSER=1`` in the
environment (as in ``.ci/run``) they fail instead. Tests of the built site are skipped where there is
none, or an old one; with ``REQUIRE_SITE=1`` (as in ``make check-pages``, which runs after the site
is built) they fail instead, and so does anything else in this folder that would be skipped.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests import ROOT

from .visits import visit

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
REQUIRED = os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")
SITE_REQUIRED = os.environ.get("REQUIRE_SITE", "") not in ("", "0")


SITE = ROOT / "_build" / "html"
SOURCES = ("book", "mnist_lib", "results", "data", "_config.yml", "_toc.yml", "requirements.txt")
UNFINISHED = ("__pycache__", "checkpoints")  # folders that change without the site


def find_browser() -> str | None:
    """The path of a Chromium: ``$CHROMIUM``, or the first on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing(what: str):
    """Skip with a reason, or fail where a browser is required."""
    if REQUIRED:
        pytest.fail(f"{what} (REQUIRE_BROWSER is set, so this is no reason to skip)", pytrace=False)
    pytest.skip(what)


def pytest_collection_modifyitems(items):
    """What needs a browser is slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """With ``REQUIRE_SITE=1`` nothing in this folder passes by being skipped."""
    report = (yield).get_result()
    if SITE_REQUIRED and report.skipped:
        report.outcome = "failed"


def newest_source(root: Path) -> float:
    """When the youngest file that the site is made from was changed, in seconds."""
    files = [path for name in SOURCES for path in ([root / name] if (root / name).is_file() else
                                                   (root / name).rglob("*"))]
    return max(path.stat().st_mtime for path in files
               if path.is_file() and not set(path.relative_to(root).parts) & set(UNFINISHED))


def why_no_site(root: Path = ROOT) -> str | None:
    """Why there is no site to test, in a sentence; None if there is a whole one, newer than its sources."""
    marker = root / "_build" / "built"
    if not marker.exists():
        return "there is no built site: run make book"
    if marker.stat().st_mtime < newest_source(root):
        return "the built site is older than what it is made from: run make book"
    return None


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site; where there is none, or an old one, the test is skipped."""
    why = why_no_site()
    if why and SITE_REQUIRED:
        pytest.fail(why, pytrace=False)
    if why:
        pytest.skip(why)
    return SITE


@pytest.fixture(scope="session")
def digit_site(tmp_path_factory) -> Path:
    """The page "Draw a digit" with the book's networks, made once: all of its tests run in one process."""
    from tests.site.digit_page import write_site

    folder = tmp_path_factory.mktemp("digit-site")
    write_site(folder)
    return folder


@pytest.fixture(scope="session")
def questions(tmp_path_factory) -> Path:
    """A page with questions and a check, built once: the tests of both run in one process."""
    from tests.site.question_page import write_site

    root = tmp_path_factory.mktemp("questions")
    write_site(root)
    return root


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, one for all tests."""
    path = find_browser()
    if path is None:
        missing("no Chromium was found: install one (Debian: apt install chromium), or name it in $CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """An empty page of 1366 x 900 pixels, offline; an error in its console or script fails the test."""
    with visit(browser) as page:
        yield page
