"""The built site where less is given: storage blocked, a slow phone, the keyboard alone, another browser."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from .test_pages import READY
from .visits import visit

pytestmark = pytest.mark.slow
KINDS = ["book/index.html", "book/build/batchnorm.html", "book/paths/six-models/dropout.html", "book/yours/digit.html",
         "book/yours/calculator.html", "book/evidence/leaderboard.html", "search.html"]
FIRST = 1500  # milliseconds until something of a page is seen
THROTTLE = 4  # times slower than this machine: a phone


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site):
    """The address of the site on this machine: what lies in a sandbox may load no file of the disk."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("name", KINDS)
def test_a_page_whose_storage_is_blocked_works(served, browser, name):
    """In a sandboxed frame, as learning platforms show pages: reading any storage throws there."""
    page, told = browser.new_context(viewport={"width": 1366, "height": 900}).new_page(), []
    page.on("pageerror", lambda error: told.append(error.message))
    page.set_content(f'<iframe sandbox="allow-scripts" src="{served}{name}" width="1300" height="800"></iframe>')
    frame = page.frames[1]
    frame.evaluate(READY)
    with pytest.raises(Exception, match="sandboxed"):
        frame.evaluate("localStorage.length")
    before = frame.evaluate("document.documentElement.dataset.mode")
    frame.locator(".bd-header-article .theme-switch-button").click()
    assert frame.evaluate("document.documentElement.dataset.mode") != before
    if name != "search.html":
        frame.evaluate("document.querySelector('.search-button__button').click()")
    frame.locator("form.bd-search input:visible").fill("dropout")
    frame.wait_for_selector(".found-list a")
    assert told == []
    page.context.close()


@pytest.mark.parametrize("width", [1366, 1024, 390])
def test_a_link_that_is_reached_by_tab_is_seen_whole(site, page, width):
    """From the last head of each table of the leaderboard, where the table has scrolled to its end."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((site / "book/evidence/leaderboard.html").as_uri())
    page.evaluate(READY)
    page.wait_for_selector("button.sort")
    table = page.locator("table.sortable").first
    table.locator("button.sort").last.focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        page.evaluate(READY)
        hidden = page.evaluate("""() => [...document.activeElement.getClientRects()].flatMap((box) =>
          [[box.left + 2, box.top + 2], [box.right - 2, box.top + 2], [box.left + 2, box.bottom - 2],
           [box.right - 2, box.bottom - 2]].filter(([x, y]) => {
            const top = document.elementFromPoint(x, y);
            return !top || !document.activeElement.contains(top);
          }))""")
        assert page.evaluate("document.activeElement.matches('tbody a')") and hidden == []


def test_the_longest_page_paints_at_once(site, browser):
    """The status page has every training: its first paint on a slow phone, at the first of five times that it comes."""
    took = []
    while len(took) < 5 and min(took, default=FIRST) >= FIRST:
        with visit(browser, width=390) as page:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
            page.goto((site / "book/evidence/status.html").as_uri())
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
            took.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    assert min(took) < FIRST, took
