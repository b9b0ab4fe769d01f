"""The time that a page takes, from its text and cells."""

from docutils import nodes
from minutes import ROUND, SECONDS, WORDS, hours, rounded, seconds


class solution_node(nodes.Element):
    """As sphinx-exercise names it."""


class exercise_node(nodes.Element):
    """As sphinx-exercise names it."""


def page(*children):
    return nodes.section("", *children)


def words(count):
    return nodes.paragraph("", "word " * count)


def cell(*classes, lines=5):
    shown = nodes.container("", nodes.literal_block("", "\n\n".join(["x = 1"] * lines)), classes=["cell_input"])
    return nodes.container("", shown, classes=["cell", *classes])


def test_words_lines_figures_and_exercises_add_up():
    assert seconds(page(words(WORDS))) == 60
    assert seconds(page(cell())) == 5 * SECONDS["line"]
    assert seconds(page(nodes.image(), nodes.math_block("", "a b c"), exercise_node())) == sum(
        SECONDS[name] for name in ("figure", "formula", "exercise"))


def test_what_is_folded_does_not_count():
    assert seconds(page(cell("tag_hide-input"), solution_node("", words(900)), nodes.raw("", "words and words"))) == 0


def test_times_are_rounded_up_and_told_in_words():
    assert [rounded(of) for of in (0, 299, 300, 301, 3600)] == [ROUND, 5, 5, 10, 60]
    assert [hours(of) for of in (10, 89, 91, 200, 1200)] == [
        "an hour", "an hour", "two hours", "three hours", "20 hours"]
