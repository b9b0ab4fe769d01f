"""The time that a page takes, from its text and cells."""

from docutils import nodes
from minutes import ROUND, SECONDS, WORDS, hours, pages_of, pages_telling, rounded, seconds, time_to_read, write_time


class solution_node(nodes.Element):
    """As sphinx-exercise names it."""


class exercise_node(nodes.Element):
    """As sphinx-exercise names it."""


class exercise_title(nodes.Element):
    """As sphinx-exercise names it; it is no second exercise."""


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
    assert seconds(page(nodes.image(), nodes.math_block("", "a b c"), exercise_node("", exercise_title()))) == sum(
        SECONDS[name] for name in ("figure", "formula", "exercise"))


def test_what_is_folded_does_not_count():
    assert seconds(page(cell("tag_hide-input"), solution_node("", words(900)), nodes.raw("", "words and words"))) == 0


def test_times_are_rounded_and_told_in_words():
    assert [rounded(of) for of in (0, 299, 440, 460, 3600)] == [ROUND, 5, 5, 10, 60]
    assert [hours(of) for of in (10, 89, 91, 200, 1200)] == [
        "an hour", "an hour", "two hours", "three hours", "20 hours"]


def app_of(below, minutes):
    """A build whose pages have others below them, and a time each."""
    env = type("Env", (), {"toctree_includes": below, "page_minutes": minutes, "found_docs": set(minutes)})()
    env.metadata = {name: {} for name in minutes}
    return type("App", (), {"env": env})()


def test_a_path_is_its_page_with_all_below_it_and_another_page_is_told_in_minutes():
    app = app_of({"path": ["one", "two"], "two": ["deep"]}, {"path": 10, "one": 55, "two": 60, "deep": 115, "else": 5})
    assert sorted(pages_of(app, "this path", "path")) == ["deep", "one", "path", "two"]
    text = page(*(time_to_read(of=of) for of in ("this path", "two", "this page")))
    write_time(app, text, "path")
    assert [node.astext() for node in text.children] == ["four hours", "60", "10 minutes"]


def test_pages_that_tell_of_others_are_written_again():
    app = app_of({}, {"path": 10, "one": 5})
    app.env.metadata["path"]["tells_minutes"] = "yes"
    assert pages_telling(app, app.env) == ["path"]
