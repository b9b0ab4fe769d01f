"""A visit to a page: what the page complains of fails the test, and axe-core looks at it in both modes."""

from __future__ import annotations

import json
from contextlib import contextmanager

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Asked for what it finds alone: handing over what it passed takes longer than looking. Preloading asks for style
# sheets by XMLHttpRequest, which no page opened from a file may.
AXE = """async ([within, runOnly]) => {
  const { violations } = await axe.run(within, { runOnly, resultTypes: ["violations"], preload: false });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target} ${failureSummary.replace(/\\s+/g, " ").slice(0, 300)}`));
}"""
TURN = """async (mode) => {
  document.documentElement.dataset.theme = mode;
  await new Promise(requestAnimationFrame);
  for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
}"""


@contextmanager
def visit(browser, address: str = "", width: int = 1366, height: int = 900, **settings):
    """A page of that size, offline, a phone's by touch; what console, scripts and requests complain of is a failure."""
    phone = {"has_touch": True, "reduced_motion": "reduce"} if width < 500 else {}
    with browser.new_context(viewport={"width": width, "height": height}, offline=True, **phone, **settings) as context:
        page, faults = context.new_page(), []
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("requestfailed", lambda request: faults.append(f"request failed: {request.url}")
                if request.failure != "net::ERR_ABORTED" else None)  # the page was left while it loaded
        if address:
            page.goto(address)
        yield page
    assert not faults, "\n".join(faults)


def press(page, *keys: str, on: str = "") -> None:
    """Press keys one after the other, where the focus is or on an element."""
    if on:
        page.focus(on)
    for key in keys:
        page.keyboard.press(key)


def drag(page, *places: tuple[float, float]) -> None:
    """Press the mouse at the first place, move it through the others, and let go."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def asked(page, function: str, argument=None):
    """``page.evaluate``, with argument and answer as JSON text: by value Playwright takes minutes for large ones."""
    return json.loads(page.evaluate(f"async (text) => JSON.stringify(await ({function})(JSON.parse(text)))",
                                    json.dumps(argument)))


def flaws(page, within: str = "html") -> list[str]:
    """What is wrong with the page that is open, in the light and in the dark: against WCAG 2.2 A and AA, a line for
    each element; and that it is wider than the screen."""
    from axe_playwright_python.base import AXE_SCRIPT  # only tests have it

    page.evaluate(AXE_SCRIPT)
    found = []
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        page.evaluate(TURN, mode)
        found += [f"{mode}, {fault}" for fault in page.evaluate(AXE, [within, WCAG])]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{wide} pixels wide"] if wide > page.viewport_size["width"] else [])
