"""A real browser for the tests of pages: Debian's Chromium, driven by Playwright, without a network.

Where no browser is found these tests are skipped, and say so; with ``REQUIRE_BROWSER=1`` in the
environment (as in ``.ci/run``) they fail instead.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
REQUIRED = os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def find_browser() -> str | None:
    """The path of a Chromium: ``$CHROMIUM``, or the first on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing(what: str):
    """Skip with a reason, or fail where a browser is required."""
    if REQUIRED:
        pytest.fail(f"{what} (REQUIRE_BROWSER is set, so this is no reason to skip)", pytrace=False)
    pytest.skip(what)


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
    context = browser.new_context(viewport={"width": 1366, "height": 900}, offline=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(f"script error: {error}"))
    page.on("console", lambda said: errors.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("requestfailed", lambda request: errors.append(f"request failed: {request.url}"))
    yield page
    context.close()
    assert not errors, "\n".join(errors)
