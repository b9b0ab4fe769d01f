"""How step pages read: words they share with the step before, what their height is made of, and what scrolls sideways.

A page is opened from the built site at 1366 pixels, as it looks before anything is unfolded. Shared are the words
that stand in a run of eight which the page of the step before has too; code, tables and folds count like prose.
The height of the text column is told apart into prose, verdicts, code, tables, printed output and figures; a
closed fold is as high as its title. The last column of a table that scrolls sideways is not seen.

    python -m benchmarks.step_pages                # all steps, and the means
    python -m benchmarks.step_pages six-models     # one path
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
SCREEN = {"width": 1366, "height": 900}
RUN = 8                                           # words
SHARED, MACHINE = 0.12, 0.50                      # the bars: of the words; of the height, code, tables and output
KINDS = ("prose", "verdict", "figure", "code", "table", "output")

MEASURE = """() => {
  const article = document.querySelector("article.bd-article"), heights = {}, sideways = [];
  const kinds = [  // the first that fits says what a block is; what is inside it is not asked again
    ["verdict", ".cell_output .admonition, .cell_output .verdict"],
    ["table", "table, .pst-scrollable-table-container"],
    ["figure", "figure, svg.figure, img, .answers"],
    ["code", ".cell_input, div.highlight:not(.cell_output *), details.hide > summary"],
    ["output", ".cell_output pre, .cell_output .highlight"],
    ["prose", "p, li, h1, h2, h3, h4, h5, dt, dd, summary, div.math, legend, label, figcaption"],
  ];
  const visit = (element) => {
    if (!element.checkVisibility()) return;
    const found = kinds.find(([, where]) => element.matches(where));
    if (!found) return [...element.children].forEach(visit);
    heights[found[0]] = (heights[found[0]] || 0) + element.getBoundingClientRect().height;
  };
  visit(article);
  article.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  for (const table of article.querySelectorAll("table")) {
    for (let box = table; box !== article; box = box.parentElement) {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
      if (!scrolls || box.scrollWidth <= box.clientWidth + 1) continue;
      sideways.push((table.caption || table).textContent.trim().slice(0, 60));
    }
  }
  return { heights, sideways };
}"""


class Words(HTMLParser):
    """The words of a page's article, in order; scripts and drawings have none."""

    SILENT = {"script", "style", "svg", "math", "button"}

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.inside, self.silent = False, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "article":
            self.inside = True
        elif tag in self.SILENT:
            self.silent.append(tag)

    def handle_endtag(self, tag):
        if tag == "article":
            self.inside = False
        elif self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if self.inside and not self.silent:
            self.found += re.findall(r"[\w.,%×–−+-]*\w[\w.,%×–−+-]*", data.lower())


def shared(words: list[str], others: list[str], run: int = RUN) -> float:
    """The share of ``words`` that stand in a run of ``run`` words which ``others`` have too."""
    theirs = {tuple(others[i:i + run]) for i in range(len(others) - run + 1)}
    covered = {i + k for i in range(len(words) - run + 1) if tuple(words[i:i + run]) in theirs for k in range(run)}
    return len(covered) / max(len(words), 1)


def machine(heights: dict[str, float]) -> float:
    """The share of the height that code, tables and printed output take."""
    return sum(heights.get(kind, 0) for kind in ("code", "table", "output")) / sum(heights.values())


def measure(page, site: Path = SITE, paths=None) -> dict[str, dict]:
    """By step: ``shared`` with the step before (None for a first), ``heights`` in pixels, tables ``sideways``.

    ``page`` is a Playwright page 1366 pixels wide; ``paths`` are names of paths, all of them if not given.
    """
    sys.path.insert(0, str(ROOT))
    from mnist_lib.experiments import PATHS

    found = {}
    for path in paths or PATHS:
        before = None
        for step in PATHS[path]:
            file = site / "book" / "paths" / f"{step.name}.html"
            if not file.exists():  # another step's page tells it
                continue
            words = Words(file.read_text(encoding="utf-8")).found
            page.goto(file.as_uri())
            found[step.name] = {"words": len(words), "shared": None if before is None else shared(words, before),
                                **page.evaluate(MEASURE)}
            before = words
    return found


def line(name: str, of: dict) -> str:
    """One row of the table; what is over its bar is marked by an exclamation mark."""
    heights, whole = of["heights"], sum(of["heights"].values())
    alike = "      " if of["shared"] is None else f"{of['shared']:5.0%}" + "! "[of["shared"] <= SHARED]
    kinds = "  ".join(f"{kind} {heights.get(kind, 0) / whole:4.0%}" for kind in KINDS)
    sides = f"  {len(of['sideways'])} sideways: {'; '.join(of['sideways'])}" * bool(of["sideways"])
    return (f"{name:36}{of['words']:6} words, shared {alike}  {whole:7,.0f} px: {kinds}  "
            f"machine {machine(heights):4.0%}{'! '[machine(heights) <= MACHINE]}{sides}")


def main(arguments=None) -> int:
    """Print a row a page and the means; returns 1 where a mean is over its bar or a table scrolls sideways."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--site", type=Path, default=SITE)
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    from tests.site.conftest import FLAGS, find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        found = measure(browser.new_page(viewport=SCREEN), options.site, options.paths)
        browser.close()
    for name, of in found.items():
        print(line(name, of))
    alike = statistics.mean(of["shared"] for of in found.values() if of["shared"] is not None)
    taken = statistics.mean(machine(of["heights"]) for of in found.values())
    print(f"{len(found)} pages: shared {alike:.0%} on average, code, tables and output {taken:.0%} of the height")
    return int(alike > SHARED or taken > MACHINE or any(of["sideways"] for of in found.values()))


if __name__ == "__main__":
    sys.exit(main())
