"""A second browser: four kinds of page in Debian's Firefox, without a network. It may be missing only where no
browser is required."""

import pytest

from .conftest import missing
from .firefox import Firefox, find_firefox
from .test_pages import READY

pytestmark = pytest.mark.slow
WIDER = "document.documentElement.scrollWidth > innerWidth"
FOLD = """(() => {
  document.querySelector(".open-folds").click();
  return [...document.querySelectorAll("article details:not(.quiz-choice, .predict-evidence)")]
    .every((fold) => fold.open);
})()"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    path = find_firefox()
    if path is None:
        missing("no Firefox was found: install one (Debian: apt install firefox-esr), or name it in $FIREFOX")
    running = Firefox(path, tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


def opened(firefox, site, name: str):
    """A page of the site when it is ready; its console is empty and nothing is wider than the screen."""
    firefox.open((site / name).as_uri())
    firefox.evaluate(f"({READY})()")
    assert firefox.told == [] and not firefox.evaluate(WIDER)
    return firefox


def box_of(firefox, selector: str) -> tuple[float, float, float, float]:
    """Where an element is on the screen, after it was scrolled there: left, top, width, height."""
    return firefox.evaluate(f"""(() => {{
      const element = document.querySelector({selector!r});
      element.scrollIntoView({{ block: "center", behavior: "instant" }});
      const box = element.getBoundingClientRect();
      return [box.left, box.top, box.width, box.height];
    }})()""")


def write_a_one(firefox, selector: str) -> None:
    left, top, width, height = box_of(firefox, selector)
    firefox.drag(*((left + width / 2, top + height * share) for share in (0.2, 0.35, 0.5, 0.65, 0.8)))


def until(firefox, condition: str) -> None:
    """Wait, at most ten seconds, for a condition of JavaScript."""
    assert firefox.evaluate(f"""new Promise(async (done) => {{
      for (let turn = 0; turn < 200 && !({condition}); turn++) await new Promise((next) => setTimeout(next, 50));
      done(Boolean({condition}));
    }})"""), condition


def test_a_fault_is_seen(firefox, tmp_path):
    for body, wide in (("<script>missing.part()</script>", False), ("<p style='width: 5000px'>x</p>", True)):
        (tmp_path / "page.html").write_text(f"<!doctype html><title>x</title>{body}")
        with pytest.raises(AssertionError):
            opened(firefox, tmp_path, "page.html")
        assert firefox.evaluate(WIDER) == wide and bool(firefox.told) != wide


def test_the_first_page_reads_what_is_written_over_it(firefox, site):
    opened(firefox, site, "book/index.html")
    until(firefox, "document.getElementById('landing-sure').textContent.includes('sure')")
    firefox.evaluate("document.getElementById('landing-clear').click()")
    write_a_one(firefox, "#landing-canvas")
    until(firefox, "document.getElementById('landing-digit').textContent === '1'")
    assert firefox.told == []


def test_a_chapter_opens_its_folds_and_finds(firefox, site):
    opened(firefox, site, "book/build/batchnorm.html")
    assert firefox.evaluate(FOLD)
    assert firefox.evaluate("document.querySelectorAll('article math, article svg').length") > 5
    firefox.evaluate("document.querySelector('.search-button__button').click()")
    firefox.evaluate("""(() => {
      const field = document.querySelector("#pst-search-dialog input");
      field.value = "dropout";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    })()""")
    until(firefox, "document.querySelectorAll('#pst-search-dialog .found-list a').length > 2")
    assert firefox.told == []


def test_a_sheet_has_its_parts_and_changes_its_mode(firefox, site):
    opened(firefox, site, "book/paths/six-models/dropout.html")
    assert firefox.evaluate("[...document.querySelectorAll('h2')].length") >= 3
    ground = "getComputedStyle(document.body).backgroundColor"
    before = firefox.evaluate(ground)
    for _ in range(2):
        firefox.evaluate("document.querySelector('.bd-header-article .theme-switch-button').click()")
        if firefox.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert firefox.evaluate(ground) != before and firefox.told == []


def test_a_digit_is_drawn_and_read(firefox, site):
    opened(firefox, site, "book/yours/digit.html")
    write_a_one(firefox, "#digit-pad")
    until(firefox, "document.getElementById('digit-sentence').textContent.startsWith('It reads a 1')")
    assert firefox.told == []
