"""What a first visit to a page costs on a slow phone: bytes, requests, and when it can be read.

The built site is served with gzip, as a real host does, to a Chromium with a phone's screen, a
processor four times slower and the line that Lighthouse calls "slow 4G". Every visit has an empty
cache. Printed are the medians of five visits to each page; a page over a limit is marked and makes
the exit status 1.

    python -m benchmarks.site                      # eleven pages
    python -m benchmarks.site book/learn/luck.html …  # these
    python -m benchmarks.site --latency 562.5      # the same line as Chrome's own tools slow it down
    python -m benchmarks.site --record             # and writes results/benchmarks/site.json
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import statistics
import sys
import threading
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
PAGES = ("book/index.html", "book/learn/first-training.html", "book/learn/receptive-field.html",
         "book/learn/luck.html", "book/build/batchnorm.html", "book/paths/six-models/batchnorm.html",
         "book/paths/drill-down/onecycle.html", "book/evidence/leaderboard.html", "book/further/hard-digits.html",
         "book/yours/digit.html", "book/yours/calculator.html")
TOUCHED = ("book/yours/digit.html", "book/yours/calculator.html")
SCREEN = {"width": 390, "height": 844}
SLOWER = 4                                    # times
LATENCY, DOWN, UP = 150.0, 1638.4, 675.0      # ms, kbit/s, kbit/s: Lighthouse's "slow 4G"
LIMITS = {"kilobytes": 300, "requests": 20, "paint": 1500, "loaded": 3000, "blocked": 200, "shift": 0.02}
QUIET = 1500                                  # ms without a request or a long task: the page is done
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
         ".png": "image/png", ".json": "application/json", ".woff2": "font/woff2", ".webp": "image/webp"}
PACKED = (".html", ".css", ".js", ".svg", ".json")

WATCH = """() => {
  const seen = window.seenBySiteBenchmark = { paint: 0, first: 0, shift: 0, tasks: [], last: 0 };
  const watch = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    each(entry);
    seen.last = performance.now();
  })).observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
  watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.first = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  watch("longtask", (entry) => seen.tasks.push([entry.startTime, entry.duration]));
  watch("resource", () => {});
}"""
READ = """() => {
  const seen = window.seenBySiteBenchmark, navigation = performance.getEntriesByType("navigation")[0];
  const ends = performance.getEntriesByType("resource").map((entry) => entry.responseEnd);
  return { ...seen, loaded: Math.max(navigation.loadEventEnd, ...ends),
    quiet: performance.now() - Math.max(seen.last, navigation.loadEventEnd) };
}"""


@cache
def packed(path: Path) -> bytes:
    """A file as it travels: gzipped, if it is of a kind that hosts compress."""
    data = path.read_bytes()
    return gzip.compress(data, 6, mtime=0) if path.suffix in PACKED else data


class Host(http.server.BaseHTTPRequestHandler):
    """A host of static files that compresses and keeps connections open."""

    protocol_version = "HTTP/1.1"
    folder = SITE

    def do_GET(self):
        path = self.folder / unquote(urlsplit(self.path).path).lstrip("/")
        if not path.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        if path.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def blocked(found: dict) -> float:
    """Milliseconds that tasks after the first paint held the page beyond the 50 that nobody feels."""
    return sum(duration - 50 for start, duration in found["tasks"] if start >= found["first"] and duration > 50)


def visit(browser, address: str, latency: float) -> dict:
    """One first visit: kilobytes and requests, milliseconds to the largest paint, loaded and blocked, and shift."""
    context = browser.new_context(viewport=SCREEN, device_scale_factor=2, is_mobile=True, has_touch=True)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    sizes, asked = [], []
    tools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    tools.on("Network.requestWillBeSent", lambda event: event["request"]["url"].startswith("http")
             and asked.append(event["request"]["url"]))
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency,
               "downloadThroughput": DOWN * 1000 / 8, "uploadThroughput": UP * 1000 / 8})
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load", timeout=60_000)
    found = page.evaluate(READ)
    while found["quiet"] < QUIET:
        page.wait_for_timeout(250)
        found = page.evaluate(READ)
    context.close()
    return {"kilobytes": sum(sizes) / 1000, "requests": len(asked), "paint": found["paint"],
            "loaded": found["loaded"], "blocked": blocked(found), "shift": found["shift"]}


def limits(name: str) -> dict:
    """What a page may cost."""
    return LIMITS | ({"kilobytes": 450} if name in TOUCHED else {})


def measure(browser, names, visits: int, latency: float, folder: Path = SITE) -> dict[str, dict]:
    """The medians of some visits to each page."""
    host = type("HostOfFolder", (Host,), {"folder": folder})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        found = {}
        for name in names:
            each = [visit(browser, f"http://127.0.0.1:{server.server_port}/{name}", latency) for _ in range(visits)]
            found[name] = {key: statistics.median(one[key] for one in each) for key in each[0]}
            print(line(name, found[name]), flush=True)
        return found
    finally:
        server.shutdown()
        server.server_close()


def line(name: str, costs: dict) -> str:
    """One row of the table; a cost over its limit is marked by an exclamation mark."""
    most = limits(name)
    units = {"kilobytes": "{:6.0f} KB", "requests": "{:3.0f} requests", "paint": "largest paint {:5.0f} ms",
             "loaded": "loaded {:5.0f} ms", "blocked": "blocked {:4.0f} ms", "shift": "shift {:.3f}"}
    cells = (units[key].format(value) + ("!" if value > most[key] else " ") for key, value in costs.items())
    return f"{name:38}" + "  ".join(cells)


def main(arguments=None) -> int:
    """Visit the pages; returns 1 where one is over a limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--latency", type=float, default=LATENCY, help="milliseconds a request waits")
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    from tests.site.conftest import FLAGS, find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        found = measure(browser, options.pages, options.visits, options.latency, options.site)
        version = browser.version
        browser.close()
    if options.record:
        record = {"chromium": version, "visits": options.visits, "slower": SLOWER, "latency": options.latency,
                  "down": DOWN, "up": UP, "limits": LIMITS, "pages": found}
        target = ROOT / "results" / "benchmarks" / "site.json"
        target.write_text(json.dumps(record, indent=1) + "\n")
    return int(any(value > limits(name)[key] for name, costs in found.items() for key, value in costs.items()))


if __name__ == "__main__":
    sys.exit(main())
