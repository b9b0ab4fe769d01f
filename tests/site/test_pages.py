"""Every page of the built site, in a real browser without a network: phone and desktop, light and dark.

A page is opened from its file, as a reader without a connection would. It may ask for nothing but
the site's own files, none of them missing; its console stays empty; nothing is wider than the
screen or cut off; every image is drawn and says what it shows; and axe-core finds nothing against
WCAG 2.2 A and AA, nor against its rules of landmarks.

A page is opened once on each screen, on the phone in the light and on the desktop in the dark, and then
turned to the other mode. Only what colours decide is asked about again then, unless other things are
shown; and the contrast of text that looks like text that axe-core has passed is not asked about twice.
At last all folds of a lesson are opened: nothing scrolls sideways on a desktop, and no word is broken.
"""

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from .conftest import SITE
from .visits import WCAG, press, visit

SCREENS = {"phone": (360, 780), "desktop": (1366, 900)}
MODES = {"phone": ("light", "dark"), "desktop": ("dark", "light")}  # the one to open a page in, and the other
LARGEST = 30_000_000  # bytes of the site without its notebooks
LOOKING = Path(__file__).with_name("looking.js").read_text(encoding="utf-8")
UNFOLDED = Path(__file__).with_name("unfolded.js").read_text(encoding="utf-8")
COLOURS = Path(__file__).with_name("colours.js").read_text(encoding="utf-8")
READY = """async () => {
  await document.fonts.ready;
  for (let frame = 0; frame < 3; frame += 1) {  // what answers to a change of size or of colours has done so
    await new Promise((done) => requestAnimationFrame(done));
  }
  const digit = () => {  // the digit page reads its first drawing, or paints its pictures again
    const { page } = window.mnistDigit || {};
    return document.getElementById("digit-app") && page && (!page.state().maps || page.busy());
  };
  const last = performance.now() + 30000;  // figures begin, and small pictures are painted, one after the other
  while ((document.querySelector("figure.touch:not(.touch-alive)") || digit()) && performance.now() < last) {
    await new Promise((done) => setTimeout(done, 20));
  }
  for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
}"""
LANDMARKS = ["region", "landmark-unique", "landmark-one-main", *(
    f"landmark-no-duplicate-{kind}" for kind in ("main", "banner", "contentinfo"))]  # promised beside WCAG
AXE = """(runOnly) => axe.run(document, { runOnly, rules: { "color-contrast": { enabled: false }, LANDMARKS },
  resultTypes: ["violations"],
  iframes: false,  // a page in a frame of its own is looked at by itself
  preload: false })  // or axe itself asks for the style sheets, which no page opened from a file may
""".replace("LANDMARKS", ", ".join(f'"{rule}": {{ enabled: true }}' for rule in LANDMARKS))
SHOWN = """() => [...document.body.querySelectorAll("*")].map((element) => {
  const box = element.checkVisibility({ visibilityProperty: true }) ? element.getBoundingClientRect() : null;
  return box && [element.localName, box.width, box.height, element.getAttribute("aria-label")].join();
}).join()  // all that a rule which is not about colours may look at"""
BRIGHTNESS = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""


def html_files(folder: Path) -> list[str]:
    """The names of all HTML files of a site, but for its start, which leads on at once."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return [name for name in names if name != "index.html" and not name.startswith("notebooks/")]


class Reader:
    """A browser of one screen, offline, that looks at one page after the other in both modes."""

    def __init__(self, browser, screen: str, site: Path):
        width, height = SCREENS[screen]
        self.modes, self.site, self.screen, self.faults = MODES[screen], site, screen, []
        self.looks = {mode: {"passed": set(), "untold": set()} for mode in self.modes}
        self.context = browser.new_context(viewport={"width": width, "height": height}, offline=True,
                                           has_touch=screen == "phone")
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("console", self.listen)
        self.page.on("request", self.judge)
        self.page.on("requestfailed", lambda request: self.faults.append(f"not loaded: {request.url}"))

    def listen(self, said):
        self.faults.append(f"console, {said.type}: {said.text}")

    def judge(self, request):
        if not request.url.startswith((self.site.as_uri() + "/", "data:", "blob:")):
            self.faults.append(f"asks for {request.url}")

    def look_at(self, name: str) -> list[str]:
        """What is wrong with a page, a sentence each."""
        self.faults.clear()
        first, second = self.modes
        self.page.emulate_media(color_scheme=first)
        self.page.goto((self.site / name).as_uri())
        self.page.evaluate(READY)
        self.page.evaluate(AXE_SCRIPT)
        found = self.in_mode(first, WCAG)
        shown = self.page.evaluate(SHOWN)
        self.page.emulate_media(color_scheme=second)
        self.page.evaluate(READY)
        same = self.page.evaluate(SHOWN) == shown
        found += self.in_mode(second, {"type": "rule", "values": ["link-in-text-block"]} if same else WCAG)
        if name.startswith("book/"):
            found += self.page.evaluate(UNFOLDED, self.screen == "desktop")
        return self.faults + found

    def in_mode(self, mode: str, rules) -> list[str]:
        """What is wrong with the page that is open, as it is shown now."""
        found = self.page.evaluate(LOOKING)
        brightness = self.page.evaluate(BRIGHTNESS)
        if (brightness < 0.5) != (mode == "dark"):
            found.append(f"the page is not {mode}: its ground has a brightness of {brightness:.2f}")
        known = self.looks[mode]
        colours = self.page.evaluate(COLOURS, {kind: list(looks) for kind, looks in known.items()})
        if not colours["violations"]:
            for kind, looks in known.items():
                looks.update(colours[kind])
        for violation in self.page.evaluate(AXE, rules)["violations"] + colours["violations"]:
            found += [f"axe, {violation['id']}: {' '.join(map(str, node['target']))}: "
                      + " ".join(node["failureSummary"].split())[:300] for node in violation["nodes"]]
        return [f"{mode}: {fault}" for fault in found]


@pytest.fixture(scope="module")
def readers(browser, site):
    """One reader for each screen, made when it is asked for first."""
    made = {}

    def reader(screen: str) -> Reader:
        if screen not in made:
            made[screen] = Reader(browser, screen, site)
        return made[screen]

    yield reader
    for one in made.values():
        one.context.close()


@pytest.mark.parametrize("name", html_files(SITE) or ["(no page)"])
@pytest.mark.parametrize("screen", SCREENS)
def test_page(readers, screen, name):
    faults = readers(screen).look_at(name)
    assert not faults, f"{name}, {screen}:\n" + "\n".join(faults)


PLANTED = {
    "a word of little contrast among code": "<pre><span class=k>import</span> <span class=k style='color:#999'>export"
                                            "</span></pre>",
    "the same word on another ground": "<pre><span class=k>import</span></pre><div style='background:#777'><pre>"
                                       "<span class=k>import</span></pre></div>",
    "the same word in a box that shows through": "<p>good words</p><div style='opacity:.3'><p>faint words</p></div>",
    "smaller text of the same colour": "<p style='color:#777;font-size:32px'>large words</p>"
                                       "<p style='color:#777'>small words</p>",
    "a word in the dark alone": "<style>@media (prefers-color-scheme: dark) {.k {color: #444}}</style>"
                                "<pre><span class=k>import</span></pre>",
    "a word that was hidden before": "<p hidden style='color:#aaa'>pale words</p><p style='color:#aaa'>pale words</p>",
    "a button that only the dark shows": "<style>button {display: none} @media (prefers-color-scheme: dark) {button "
                                         "{display: block; width: 40px; height: 40px}}</style><button></button>",
    "a link that only its colour shows": "<style>a {color: #005; text-decoration: none} @media (prefers-color-scheme:"
                                         " dark) {a {color: #eee}}</style><p>words <a href=x>and a link</a> words</p>",
    "a pale cell in a long table": f"<table>{''.join(f'<tr><td>{number} is a number</td>' for number in range(60))}"
                                   "<tr><td style='background:#888'>sixty is one</td></table>",
    "a pale head that stays": "<table><tr><th style='position:sticky;background:#777;color:#888'>head</th></table>",
}
LAID_OUT = {  # and how it is told
    "a cell over its neighbour": ("<table style='table-layout:fixed;width:90px'><tr><td style='white-space:nowrap'>a "
                                  "cell of many words</td><td>b</td></tr></table>", "runs over its neighbour"),
    "a small word in a drawing": ("<svg width=300 height=40><text y=20 style='font-size:7px'>tiny</text></svg>",
                                  "7.0 pixels high in a drawing"),
    "a broken word in a fold": ("<details><summary>more</summary><table><tr><td><div style='width:20px;overflow-wrap:"
                                "anywhere'>averylongword</div></td></tr></table></details>", "is broken"),
    "a line too long in a fold on a desktop": ("<details><summary>more</summary><pre style='overflow:auto;width:200px'>"
                                               f"{'long ' * 99}</pre></details>", "scrolls sideways"),
}


FRAME = ("<!doctype html><html lang=en><title>t</title><style>body {{background: #fff; color: #111}} .k {{color: "
         "#00c}} @media (prefers-color-scheme: dark) {{body {{background: #111; color: #eee}} .k {{color: #9cf}}}}"
         "</style><main><article><h1>A page</h1><p>good words</p><pre><span class=k>import</span></pre>{}</article>"
         "</main>")


@pytest.fixture(scope="module")
def planted(browser, tmp_path_factory):
    """A reader for each screen that has looked twice at a page without faults."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "book").mkdir()
    for name, content in {"good": "", **PLANTED, **{name: content for name, (content, _) in LAID_OUT.items()}}.items():
        (folder / f"book/{name}.html").write_text(FRAME.format(content))
    readers = [Reader(browser, screen, folder) for screen in SCREENS]
    for reader in readers:
        assert reader.look_at("book/good.html") == [] and reader.look_at("book/good.html") == []
    yield readers
    for reader in readers:
        reader.context.close()


@pytest.mark.parametrize("fault", PLANTED)
def test_what_is_passed_over_is_no_fault(planted, fault):
    """A page with a planted fault: it is found, and found again, though all else was seen before."""
    for reader in planted:
        assert any("axe, " in line for line in reader.look_at(f"book/{fault}.html"))
        assert any("axe, " in line for line in reader.look_at(f"book/{fault}.html"))
        assert reader.look_at("book/good.html") == []


@pytest.mark.parametrize("fault", LAID_OUT)
def test_what_is_laid_out_wrong_is_found(planted, fault):
    for reader in planted[-1:] if "desktop" in fault else planted:
        assert any(LAID_OUT[fault][1] in line for line in reader.look_at(f"book/{fault}.html"))


def test_the_start_leads_to_the_landing_page(site, page):
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    start = (site / "index.html").read_text(encoding="utf-8")
    for part in ('<html lang="en">', "<title>", 'name="description"', 'property="og:title"', "<a href="):
        assert part in start, part


def test_the_site_is_small(site):
    files = [path for path in site.rglob("*") if path.is_file() and "notebooks" not in path.relative_to(site).parts]
    total = sum(path.stat().st_size for path in files)
    largest = sorted(files, key=lambda path: -path.stat().st_size)[:5]
    assert total < LARGEST, f"{total:,} bytes, the largest of them {[path.name for path in largest]}"


def test_every_page_says_what_it_is(site):
    """A title of its own and a description, for search engines and where the page is shared."""
    titles = {}
    for name in html_files(site):
        text = (site / name).read_text(encoding="utf-8")
        title = text.partition("<title>")[2].partition("</title>")[0].strip()
        assert title and titles.setdefault(title, name) == name, f"{name} has the title of {titles[title]}: {title}"
        if name.startswith("book/"):
            assert '<meta name="description" content="' in text and 'property="og:title"' in text, name


def test_every_notebook_is_downloaded(site):
    """Its link says so: a host that sends notebooks as JSON would show them raw."""
    links = [link for page in (site / "book").rglob("*.html") for link in re.findall(
        r'<a [^>]*href="[^":]+\.ipynb"[^>]*>', page.read_text(encoding="utf-8"))]
    assert len(links) > 40 and [link for link in links if " download" not in link] == []


FOCUSED = """() => {
  const now = document.activeElement;
  const part = now.closest("#pst-skip-link, .bd-sidebar-primary, .bd-header-article, .bd-sidebar-secondary, "
    + ".prev-next-area, article");
  const framed = now.matches(".sd-stretched-link") ? now.closest(".sd-card") : now;  // a link as large as its card
  const box = framed.getBoundingClientRect();
  const style = getComputedStyle(framed);
  const ring = (parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none")
    || /0px 0px 0px [1-9]/.test(style.boxShadow);  // a shadow of that kind is a ring
  return { part: part ? part.id || part.classList[0] || part.localName : now.localName, ring,
    switch: now.matches(".theme-switch-button"),
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0
      && box.top < innerHeight,
    skips: part?.id === "pst-skip-link",  // shows itself
    name: `${now.localName}.${now.className} ${now.textContent.trim().slice(0, 30)}` };
}"""


@pytest.mark.parametrize("name", ["book/index.html", "book/learn/receptive-field.html"])
def test_the_keyboard_reaches_everything(site, page, name):
    """Tab goes through all that can be used, and each stop is on the screen and shows that it has the focus."""
    page.goto((site / name).as_uri())
    page.evaluate(READY)
    parts, unseen, switch = [], [], False
    for _ in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["part"] == "body":
            break
        parts.append(stop["part"])
        switch = switch or stop["switch"]
        if not ((stop["ring"] or stop["skips"]) and stop["seen"]):
            page.wait_for_timeout(300)  # it may be on its way
            stop = page.evaluate(FOCUSED)
            if not ((stop["ring"] or stop["skips"]) and stop["seen"]):
                unseen.append(f"{stop['name']} ({'in' if stop['seen'] else 'out of'} sight)")
    assert not unseen, "no visible focus on: " + "; ".join(unseen)
    assert parts[0] == "pst-skip-link" and switch
    lists = () if name == "book/index.html" else ("pst-primary-sidebar",)  # the first page folds it away
    assert {*lists, "bd-header-article", "bd-article", "prev-next-area"} <= set(parts), parts


def test_the_skip_link_leads_to_the_text(site, page):
    page.goto((site / "book/learn/luck.html").as_uri())
    press(page, "Tab", "Enter", "Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_switch_changes_the_mode_and_is_remembered(site, page):
    page.goto((site / "book/learn/luck.html").as_uri())
    seen = set()
    for _ in range(3):
        page.locator(".bd-header-article .theme-switch-button").press("Enter")
        seen.add((page.evaluate("document.documentElement.dataset.mode"), page.evaluate(BRIGHTNESS) < 0.5))
    assert {("light", False), ("dark", True)} <= seen and len(seen) == 3
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        page.locator(".bd-header-article .theme-switch-button").press("Enter")
    page.goto((site / "book/learn/digits.html").as_uri())
    page.wait_for_function("localStorage.getItem('mode') === 'dark'")  # another process may hear of it a moment later
    page.reload()
    assert page.evaluate(BRIGHTNESS) < 0.5


def test_paper_is_white_and_nothing_is_cut_off_on_it(site, browser):
    """A page read in the dark, as it is laid out for printing on A4 with the margins of a browser."""
    with visit(browser, (site / "book/paths/six-models/steplr.html").as_uri(), width=718, color_scheme="dark") as page:
        page.evaluate(READY)
        assert page.evaluate(BRIGHTNESS) < 0.5
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate(BRIGHTNESS) > 0.9
        cut = page.evaluate("""() => [...document.querySelectorAll("article :is(table, pre, img)")]
          .filter((element) => element.checkVisibility() && (element.getBoundingClientRect().right > innerWidth + 1
            || element.scrollWidth > element.clientWidth + 1)).map((element) => element.outerHTML.slice(0, 200))""")
        assert not cut, cut
        page.emulate_media(media="screen")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(BRIGHTNESS) < 0.5
