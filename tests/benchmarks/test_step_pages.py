"""The measure of the step pages: shared words, and what a height is made of."""

from benchmarks.step_pages import MACHINE, SHARED, Words, line, machine, shared


def test_only_runs_of_eight_words_are_shared():
    words = "a b c d e f g h i j".split()
    assert shared(words, words) == 1
    assert shared(words, words[:8]) == 0.8  # a run of eight, and two words behind it
    assert shared(words, words[:7] + ["x"] + words[7:]) == 0
    assert shared([], words) == 0


def test_words_are_those_of_the_article_without_scripts_and_drawings():
    html = ("<nav>no</nav><article><p>One <b>two</b></p><svg><text>no</text></svg><script>no()</script>"
            "3.5 %</article><p>no")
    assert Words(html).found == ["one", "two", "3.5"]


def test_code_tables_and_output_are_the_machine_s_part():
    assert machine({"prose": 50, "figure": 10, "verdict": 10, "code": 10, "table": 10, "output": 10}) == 0.3


def test_what_is_over_its_bar_is_marked():
    over = {"words": 10, "shared": SHARED + 0.01, "sideways": [],
            "heights": {"prose": 1 - MACHINE - 0.01, "code": MACHINE + 0.01}}
    assert line("a/b", over).count("!") == 2
    assert line("a/b", over | {"shared": None, "heights": {"prose": 1}}).count("!") == 0
