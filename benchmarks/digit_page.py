"""What a stroke costs on the page "Draw a digit": from the ink to the result, in a real browser.

For each network that is offered a 7 is drawn point by point; timed is, in the page, what it computes
and paints for one more point of the pen until the result stands there, and what follows in the next
frame: the maps and the picked unit.

    python -m benchmarks.digit_page            # prints the times
    python -m benchmarks.digit_page --record   # and writes results/benchmarks/digit_page.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from mnist_lib.training import root, write_atomically

LIMIT = 30.0  # ms, median
ROOT = Path(__file__).resolve().parents[1]

STROKES = """async (rounds) => {
  const pad = document.getElementById("digit-pad"), box = pad.getBoundingClientRect(), times = [];
  const fire = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, button: kind === "pointermove" ? -1 : 0, bubbles: true, cancelable: true,
    clientX: box.left + x * box.width / 280, clientY: box.top + y * box.height / 280}));
  pad.setPointerCapture = () => {};
  fire("pointerdown", 80, 60);
  for (let i = 1; i <= rounds; i++) {
    fire("pointermove", i < 15 ? 80 + 8 * i : 200 - (i - 15) * 3, i < 15 ? 60 : 60 + (i - 15) * 7 % 180);
    await new Promise(requestAnimationFrame);
    times.push([mnistDigit.page.milliseconds, mnistDigit.page.followed]);
  }
  fire("pointerup", 0, 0);
  return times;
}"""


def timed(page, name: str, rounds: int) -> dict:
    """Milliseconds for one point of a stroke: median, 95th percentile and best to the result; median of the rest."""
    page.select_option("#digit-network", name)
    page.wait_for_function("name => mnistDigit.page.state().network.name === name", arg=name)
    page.evaluate("document.getElementById('digit-clear').click()")
    results, rest = zip(*page.evaluate(STROKES, rounds)[5:])
    times = sorted(results)
    return {"median": statistics.median(times), "p95": times[int(0.95 * len(times))], "best": times[0],
            "rest": statistics.median(rest)}


def main(arguments=None) -> int:
    """Time all networks; returns 1 where the limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT)]
    from tests.site.conftest import FLAGS, find_browser
    from tests.site.digit_page import open_page, write_site

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        open_page(page, write_site(Path(folder)))
        names = page.evaluate("mnistDigit.loading.networks().map((n) => n.name)")
        times = {name: timed(page, name, options.rounds) for name in names}
        version = browser.version
        browser.close()
    for name, found in times.items():
        print(f"{name:32} median {found['median']:6.1f} ms   95 % {found['p95']:6.1f} ms   "
              f"best {found['best']:6.1f} ms   maps and unit {found['rest']:6.1f} ms")
    if options.record:
        record = {"chromium": version, "rounds": options.rounds, "limit": LIMIT, "milliseconds": times}
        target = root() / "benchmarks" / "digit_page.json"
        write_atomically(target, (json.dumps(record, indent=1) + "\n").encode())
    return int(any(found["median"] > LIMIT for found in times.values()))


if __name__ == "__main__":
    sys.exit(main())
