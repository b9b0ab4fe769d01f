"""The time that a page takes: counted in its text and cells, told in words."""

import pytest

from mnist_lib.book import takes
from mnist_lib.book.reading import CODE, EXERCISE, LOOKING, WORDS, in_words, minutes

CELL = "```{code-cell}\n%sx = 1\n\ny = 2\n```\n"


def test_words_lines_looks_and_exercises_are_counted():
    assert minutes("---\na: b\n---\n\n# One two\n\nthree four") == pytest.approx(4 / WORDS)
    assert minutes(CELL % "") == pytest.approx(2 / CODE + LOOKING)
    assert minutes(CELL % ":tags: [hide-input]\n\n") == pytest.approx(LOOKING)
    assert minutes(CELL % "---\ntags: [remove-input]\nmystnb: {}\n---\n") == pytest.approx(LOOKING)
    assert minutes(CELL % ":tags: [remove-cell]\n\n") == 0
    assert minutes("```{exercise}\n:label: ex-a\n\nWhy?\n```\n") == pytest.approx(EXERCISE + 1 / WORDS)


@pytest.mark.parametrize("whole, said", [(1, "5 minutes"), (38, "40 minutes"), (58, "one hour"),
                                         (80, "one and a half hours"),
                                         (118, "two hours"), (199, "three and a half hours")])
def test_it_is_told_in_words(whole, said):
    assert in_words(whole) == said


def test_a_folder_is_all_its_pages_and_an_unknown_page_is_named():
    assert "hours" in takes("paths/six-models")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        takes("paths/nowhere")
