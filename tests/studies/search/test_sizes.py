"""Accuracy against size: the tables and the curve say what the summaries say."""

import pytest

from mnist_lib.book.report import RULE, Summary
from mnist_lib.book.sources import source
from mnist_lib.book.statistics import Spread
from mnist_lib.studies.search import sizes


def of(parameters, *finals, holds=0):
    spread = Spread(finals)
    return Summary(f"beyond/{parameters}", parameters, tuple(range(len(finals))), spread, spread, spread,
                   {1: holds, 3: holds, 5: holds})


SMALL, LARGE = of(1_000, 98.9, 99.1), of(4_000, 99.4, 99.45, 99.5, holds=2)


def test_the_largest_comes_first_with_its_range():
    table = sizes.table([SMALL, LARGE])
    assert table.rows[0] == ("beyond/4000", "4,000", "99.45", "99.40 to 99.50", "3", *["2\n9 to 99 %"] * 3)
    assert table.column("mean (%)") == {"beyond/4000": "99.45", "beyond/1000": "99.00"}


def test_the_curve_shows_errors_by_size():
    drawing = sizes.curve([LARGE, SMALL], [of(7_000, 99.3)])
    (axes,) = drawing.axes
    lines = {line.get_label(): line for line in axes.get_lines()}
    ours = next(c for c in axes.containers if c.get_label().startswith("ours"))
    assert list(ours.lines[0].get_xdata()) == [1_000, 4_000]
    assert list(ours.lines[0].get_ydata()) == pytest.approx([1.0, 0.55])
    rebuilt = next(c for c in axes.containers if "rebuilt" in c.get_label())
    assert list(rebuilt.lines[0].get_xdata()) == [7_000]
    theirs = lines["published, one run each"]
    assert sorted(theirs.get_xdata()) == sorted(p.parameters for p in sizes.PUBLISHED)
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_published_results_are_shown_with_their_links():
    shown = sizes.published()._repr_html_()
    for p in sizes.PUBLISHED:
        assert f"{p.parameters:,}" in shown and (p.link in shown)
    assert [p.parameters for p in sizes.PUBLISHED] == sorted((p.parameters for p in sizes.PUBLISHED), reverse=True)


def test_the_largest_of_them_is_the_drill_down_s_own_log():
    theirs = source("drill-down/onecycle")
    assert sizes.PUBLISHED[0].accuracy == pytest.approx(theirs.log.final) and theirs.log.final > RULE
    assert f"{sizes.PUBLISHED[0].parameters:,}" == theirs.claimed("parameters")
