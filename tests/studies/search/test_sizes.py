"""Accuracy against size: the tables and the curve say what the summaries say."""

import pytest

from mnist_lib.book.report import RULE, Summary
from mnist_lib.book.sources import source
from mnist_lib.book.statistics import Spread
from mnist_lib.studies.search import sizes
from tests import column


def of(parameters, *finals, holds=0):
    spread = Spread(finals)
    return Summary(f"beyond/{parameters}", parameters, tuple(range(len(finals))), spread, spread, spread,
                   {1: holds, 3: holds, 5: holds})


SMALL, LARGE = of(1_000, 98.9, 99.1), of(4_000, 99.4, 99.45, 99.5, holds=2)


def test_the_largest_comes_first_with_its_range():
    table = sizes.table([SMALL, LARGE])
    assert table.rows[0] == ("beyond/4000", "4,000", "99.45", "99.40 to 99.50", "3", *["2\n9 to 99 %"] * 3)
    assert column(table, "mean (%)") == {"beyond/4000": "99.45", "beyond/1000": "99.00"}


def test_the_largest_of_them_is_the_drill_down_s_own_log():
    theirs = source("drill-down/onecycle")
    assert sizes.PUBLISHED[0].accuracy == pytest.approx(theirs.log.final) and theirs.log.final > RULE
    assert f"{sizes.PUBLISHED[0].parameters:,}" == theirs.claimed("parameters")
