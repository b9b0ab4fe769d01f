"""Figures over all paths: what they draw for entries made by hand."""

from mnist_lib.book import across
from mnist_lib.book.ideas import Effect
from mnist_lib.book.leaderboard import Entry
from mnist_lib.book.luck import Order
from mnist_lib.book.report import Spread, Summary


def entry(step, parameters, *finals):
    spread = Spread(finals)
    return Entry(step, 1, 1, Summary(step, parameters, tuple(range(len(finals))), spread, spread, spread, {}), None)


def test_pareto_shows_every_entry_once_and_names_the_front():
    of = [entry("drill-down/skeleton", 4_572, 98.4), entry("six-models/steplr", 7_416, 99.3, 99.4),
          entry("six-models/dropout", 7_448, 99.1), entry("same-padding/skeleton", 173_866, 99.3),
          entry("six-models/skeleton", 7_272, 90.0)]  # too low to be shown
    small, large = across.pareto(of).axes
    assert sorted(t.get_text() for t in small.texts) == ["skeleton", "steplr"]
    shown = [container.lines[0].get_xdata().tolist() for axes in (small, large) for container in axes.containers]
    assert sorted(n for xs in shown for n in xs) == [4_572, 7_416, 7_448, 173_866]
    assert [n for c in large.containers for n in c.lines[0].get_xdata()] == [173_866]
    assert small.get_ylim() == large.get_ylim()


def test_effects_are_grouped_by_idea_and_keep_their_interval():
    of = [Effect("dropout", "a/x", "a/y", -0.1, (-0.2, 0.0), None),
          Effect("batch normalization", "a/w", "a/x", 0.7, (0.5, 0.9), 0.8)]
    axes = across.effects(of).axes[0]
    assert [t.get_text() for t in axes.texts] == ["batch normalization", "a: w → x", "dropout", "a: x → y"]
    spans = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2 and len(set(line.get_ydata())) == 1]
    assert list(spans[0]) == [0.5, 0.9]


def test_telling_apart_draws_pairs_and_a_curve_a_scatter():
    pairs = [Order("a", "b", 0.1, 0.75), Order("a", "c", 2.0, 1.0)]  # the second is too far apart to be shown
    axes = across.telling_apart(pairs, {"one": 0.1, "two": 0.2}).axes[0]
    points, one, two = axes.lines
    assert list(points.get_xdata()) == [0.1] and list(points.get_ydata()) == [75.0]
    assert one.get_ydata()[0] == two.get_ydata()[0] == 50 and one.get_ydata()[-1] > two.get_ydata()[-1]
