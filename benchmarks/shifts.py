"""How much the two pages that can be touched move while they load: Chromium's own sum of layout shifts.

Each is opened on a desktop and on a phone, with a processor made slower, and left alone until it rests.

    python -m benchmarks.shifts             # the pages of the built site, _build/html
    python -m benchmarks.shifts --slower 1
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

LIMIT = 0.02
ROOT = Path(__file__).resolve().parents[1]
SCREENS = {"desktop": (1366, 900), "phone": (390, 844)}
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  const name = ({ node }) => node && (node.id || node.className || node.nodeName);
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push([entry.value, entry.startTime, entry.sources.map(name)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def shift_of(browser, address: str, screen: str, slower: float) -> tuple[float, list]:
    """The sum of all shifts of a page until three seconds after it was loaded, and each of them."""
    width, height = SCREENS[screen]
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, has_touch=screen == "phone", offline=True)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_timeout(3000)
    shifts = page.evaluate("window.shifts")
    context.close()
    return sum(value for value, *_ in shifts), shifts


def main(arguments=None) -> int:
    """Print the shifts of both pages; returns 1 where the limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slower", type=float, default=4, help="how many times slower the processor is made")
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html", help="folder of the built site")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    sys.path[:0] = [str(ROOT)]
    from tests.site.conftest import FLAGS, find_browser

    held = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for name in ("digit", "calculator"):
            for screen in SCREENS:
                address = (options.site / "book" / f"{name}.html").resolve().as_uri()
                total, shifts = shift_of(browser, address, screen, options.slower)
                held &= total <= LIMIT
                print(f"{name:12} {screen:8} {total:.4f}")
                for value, start, sources in shifts:
                    print(f"    {value:.4f} after {start / 1000:.2f} s: {', '.join(map(str, sources))}")
        browser.close()
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
