"""axe-core, asked for what it finds and for nothing else: handing over what it passed takes longer than looking."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Preloading asks for style sheets by XMLHttpRequest, which no page opened from a file may.
RUN = """(runOnly) => axe.run(document, { runOnly, resultTypes: ["violations"], preload: false }).then((found) =>
  found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target} ${failureSummary.replace(/\\s+/g, " ").slice(0, 300)}`)))"""


def violations(page) -> list[str]:
    """What is wrong with the page that is open against WCAG 2.2 A and AA, a line for each element."""
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, WCAG)
