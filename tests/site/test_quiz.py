"""Checks (``quiz``): choices that open with an answer, without a script, on the page and in a notebook."""

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.site.question_page import HEAD, built

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("questions")]
QUESTION = "{}. How *many*?\n\n   - (x) {{glue:text}}`mid`\n\n     Twelve.\n   - ( ) eleven\n\n     Off by one.\n"
GOOD = "```{quiz} end\n" + "".join(map(QUESTION.format, (1, 2, 3))) + "```"
WRONG = {
    GOOD.replace("(x)", "( )"): "one choice is right",
    GOOD.replace("( )", "(x)"): "one choice is right",
    GOOD.replace("( ) eleven", "( ) 12"): "two choices are the same",
    GOOD.replace("( ) eleven", "eleven"): "a choice begins with",
    GOOD.replace("\n     Off by one.\n", ""): "has a remark",
    "```{quiz} end\n" + QUESTION.format(1) + "```": "1 questions",
    "```{quiz} end\nWhat?\n```": "one numbered list",
    "```{quiz} end\n1. What?\n2. How?\n3. Why?\n```": "ends with the list",
}


def test_every_choice_answers(questions):
    html = BeautifulSoup((questions / "_build/html/page.html").read_text(), "html.parser")
    assert len(html.select(".quiz > ol > li")) == 3
    right, wrong = html.select(".quiz > ol > li:first-child > details")
    assert right.summary.get_text() == "12" and right.p.get_text() == "Right. Twelve."
    assert wrong.summary.get_text() == "eleven" and wrong.p.get_text() == "No. Off by one."


def test_in_a_notebook_choices_can_be_opened(questions):
    cells = nbformat.read(questions / "_build/html/notebooks/page.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert ("1. How *many*?\n\n<details>\n<summary>12</summary>\n\n**Right.** Twelve.\n\n</details>\n\n"
            "<details>\n<summary>eleven</summary>\n\n**No.** Off by one.\n\n</details>\n\n2. How") in text


def test_what_is_wrong_with_a_check_is_said(tmp_path):
    said = built(tmp_path, HEAD + "\n\n".join(WRONG), extensions=["myst_nb", "quiz", "learning"])
    assert [problem for problem in WRONG.values() if problem not in said] == []
    assert said.count("quiz end: ") == len(WRONG)
    assert "learning" not in (tmp_path / "_build/html/page.html").read_text(), "a check needs no script"
