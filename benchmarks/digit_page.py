"""What a hand feels on the page "Draw a digit": the frames of a stroke, on a processor made slower.

A mouse draws stroke after stroke in a real browser whose processor is slowed down, as a phone's is.
Timed is every frame from its start to the start of the next while the pen is down, and the work done in it;
counted is the JavaScript heap, each time after its garbage was collected. The page is made here,
without the theme around it; --page takes another, such as that of the built site.

    python -m benchmarks.digit_page            # prints the times
    python -m benchmarks.digit_page --record   # and writes results/benchmarks/digit_page.json
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

LIMITS = {"median": 20.0, "p95": 50.0}  # ms a frame
GROWTH = 1.0  # MB that the heap may grow by from the first quarter of the strokes to the last
ROOT = Path(__file__).resolve().parents[1]

WATCH = """() => {
  const length = new Float64Array(1e5), work = new Float64Array(1e5), channel = new MessageChannel();
  let last = null, started = 0, count = 0; // numbers in one piece: what is measured is the page's heap
  window.frames_ = () => [length, work].map((times) => [...times.subarray(0, count)]);
  channel.port1.onmessage = () => { if (count) work[count - 1] = performance.now() - started; };
  const frame = () => {
    const now = started = performance.now();
    if (window.penDown && last !== null) length[count++] = now - last;
    last = window.penDown ? now : null;
    channel.port2.postMessage(0); // comes after what the page does in this frame
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const pad = document.getElementById("digit-pad");
  pad.addEventListener("pointerdown", () => { window.penDown = true; });
  pad.addEventListener("pointerup", () => { window.penDown = false; });
}"""


@contextmanager
def opened(address: str | None, slower: float):
    """A page "Draw a digit" in a browser slowed down, its devtools, and the browser's version."""
    from playwright.sync_api import sync_playwright

    sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT)]
    from tests.site.conftest import FLAGS, find_browser
    from tests.site.digit_page import open_page, write_site

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        open_page(page, address or write_site(Path(folder)))
        tools = page.context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        tools.send("Performance.enable")
        yield page, tools, browser.version
        browser.close()


def heap(tools) -> float:
    """Megabytes of JavaScript heap in use, without garbage."""
    tools.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 1e6


def stroke(page, chance: random.Random) -> None:
    """One stroke through a few places on the pad, at a hand's pace; the pad is cleared now and then."""
    box = page.locator("#digit-pad").bounding_box()
    places = [(box["x"] + chance.uniform(0.1, 0.9) * box["width"], box["y"] + chance.uniform(0.1, 0.9) * box["height"])
              for _ in range(4)]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    if chance.random() < 0.2:
        page.click("#digit-clear")


def measured(page, tools, strokes: int) -> dict:
    """Frames in ms and heap in MB over so many strokes."""
    chance, heaps = random.Random(0), []
    for number in range(strokes + 5):
        if number == 5:  # the first warm the page up
            page.evaluate(WATCH)
        stroke(page, chance)
        if number >= 5 and (number - 4) % max(1, strokes // 4) == 0:
            heaps.append(heap(tools))
    lengths, works = page.evaluate("window.frames_()")
    return {"frames": len(lengths), "frame": spread(lengths), "work": spread(works), "heap": heaps}


def spread(times: list[float]) -> dict:
    """Median, 95th percentile and largest."""
    return {"median": statistics.median(times), "p95": sorted(times)[int(0.95 * len(times))], "most": max(times)}


def main(arguments=None) -> int:
    """Draw, print and record; returns 1 where a limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=200)
    parser.add_argument("--slower", type=float, default=4, help="how many times slower the processor is made")
    parser.add_argument("--page", help="address of the page, in place of one that is made here")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    with opened(options.page, options.slower) as (page, tools, version):
        found = measured(page, tools, options.strokes)
    for name in ("frame", "work"):
        print(f"{name:6} median {found[name]['median']:6.1f} ms   95 % {found[name]['p95']:6.1f} ms   "
              f"most {found[name]['most']:6.1f} ms   ({found['frames']} frames, {options.slower:g} times slower)")
    print("heap after each quarter of the strokes: " + ", ".join(f"{size:.1f}" for size in found["heap"]) + " MB")
    if options.record:
        from mnist_lib.files import write_atomically
        from mnist_lib.training import root

        record = {"chromium": version, "strokes": options.strokes, "slower": options.slower, "limits": LIMITS, **found}
        target = root() / "benchmarks" / "digit_page.json"
        write_atomically(target, (json.dumps(record, indent=1) + "\n").encode())
    held = all(found["frame"][name] <= limit for name, limit in LIMITS.items())
    return int(not held or found["heap"][-1] - found["heap"][0] > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
