"""Predictions (``predict``): a question before its evidence, on the page, without JavaScript, and in a notebook."""

import json
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from predict import Wrong, numbers_of, right_choice, told

from tests import ROOT
from tests.site.question_page import HEAD, built
from tests.site.visits import flaws, press, visit


@pytest.fixture
def html(questions):
    return BeautifulSoup((questions / "_build/html/page.html").read_text(), "html.parser")


@pytest.fixture
def asked(page, questions):
    page.goto((questions / "_build/html/page.html").as_uri())
    return page


pytestmark = pytest.mark.xdist_group("questions")


# What an author can do wrong ------------------------------------------------------------------


def test_an_answer_is_numbers_or_one_of_the_choices():
    assert numbers_of((3, 1.5), "a") == ([1.5, 3], 2) and numbers_of(2, "a") == ([2], 0)
    assert numbers_of("6,379,786", "a") == ([6379786], 0) and numbers_of(["98.1", "9"], "a") == ([9, 98.1], 1)
    for wrong in ("98 %", "", [], [None], [True], {"a": 1}, float("nan"), "inf"):
        with pytest.raises(Wrong, match="glue a number"):
            numbers_of(wrong, "a")
    assert right_choice(["It rises.", "It  Falls."], "it falls", "a") == 1
    for choices in (["Up", "Down"], ["falls", "Falls."]):
        with pytest.raises(Wrong, match="of the choices"):
            right_choice(choices, "falls", "a")


@pytest.mark.parametrize("settings, sentence", [
    ({"kind": "number", "says": "The seeds say", "answer": [98.3, 98.8], "digits": 2, "unit": "%"},
     "The seeds say 98.30 to 98.80 %."),
    ({"kind": "slider", "says": "The answer is", "answer": [6379786], "digits": 0, "unit": ""},
     "The answer is 6,379,786."),
    ({"kind": "number", "says": "It is", "answer": [1.001, 1.004], "digits": 2, "unit": ""}, "It is 1.00."),
    ({"kind": "choice", "says": "We saw", "right": "it falls"}, "We saw: it falls."),
])
def test_the_answer_is_told_in_a_sentence(settings, sentence):
    assert told(settings) == sentence


WRONG = {
    "```{predict} a\n:answer: none\n\nQ?\n```\n\nE.\n\n```{predict-end}\n```": "no cell of this page glues 'none'",
    "```{predict} a\n:kind: number\n\nQ?\n```\n\nE.\n\n```{predict-end}\n```": "it has no :answer:",
    "```{predict} a\n:answer: seeds\n\nQ?\n```\n\nE.": "has no end",
    "```{predict} a\n:answer: seeds\n\nQ?\n```\n\nE.\n\n## Next\n\n```{predict-end}\n```": "has no end",
    "```{predict-end}\n```": "without a predict above",
    "```{predict} a\n:answer: seeds\n\nQ?\n```\n\n```{predict-end}\n```": "no evidence before",
    "```{predict} a\n:kind: choice\n:answer: which\n\nQ?\n```\n\nE.\n\n```{predict-end}\n```": "ends with the list",
    "```{predict} a\n:kind: slider\n:answer: many\n\nQ?\n```\n\nE.\n\n```{predict-end}\n```": "a :min: and a :max:",
    "```{predict} a\n:kind: slider\n:min: 0\n:max: 5\n:answer: many\n\nQ?\n```\n\nE.\n\n```{predict-end}\n```":
        "lies outside of 0 to 5",
}


@pytest.mark.slow
def test_what_is_wrong_with_a_question_is_said(tmp_path):
    text = HEAD + "\n\n".join(f"## Part {i}\n\n{question}" for i, question in enumerate(WRONG))
    said = built(tmp_path, text)
    assert [problem for problem in WRONG.values() if problem not in said] == []


# Without JavaScript, and in a notebook ----------------------------------------------------------


@pytest.mark.slow
def test_without_javascript_it_is_a_question_and_a_fold(html):
    box = html.select_one("#predict-end")
    fold = box.find_next_sibling()
    assert box.get_text(" ", strip=True) == "Predict first Where does it end ?"
    assert fold.name == "details" and not fold.has_attr("open")
    assert fold.select_one(".predict-answer").get_text() == "The three seeds say 98.31 to 98.80 %."
    assert "The evidence." in fold.get_text() and "an output" in fold.get_text()
    assert fold.find_next_sibling("p").get_text() == "Between."
    assert html.select_one("#predict-way + details .predict-answer").get_text() == "The records say: It falls."
    assert len(html.select(".predict")) == len(html.select("details.predict-evidence")) == 5
    looking = html.select_one("#predict-pictures + details")
    assert not looking.has_attr("open") and not looking.select(".predict-answer")
    assert "What others saw." in looking.get_text() and "their votes" in looking.get_text()


@pytest.mark.slow
def test_in_a_notebook_it_is_a_question_with_a_folded_answer(questions):
    cells = nbformat.read(questions / "_build/html/notebooks/page.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "> **Predict first**\n>\n> Where does it **end**?" in text
    assert ("<details>\n<summary>Just show me</summary>\n\nThe three seeds say 98.31 to 98.80 %.\n\n</details>\n\n"
            "The evidence.") in text
    assert "It falls because of this.\n\n</details>" in text
    assert "> **Predict first**\n>\n> Say what you see, then look." in text
    for said in ("an output", "their votes"):
        output = next(cell for cell in cells if said in cell.source)
        assert output.metadata.jupyter.outputs_hidden and output.outputs


# In the browser -----------------------------------------------------------------------------------


def says(page, name):
    return page.inner_text(f"#predict-{name} .predict-outcome p")


def is_open(page, name):
    return page.evaluate(f"document.querySelector('#predict-{name} + details').open")


def test_a_guess_opens_the_evidence_and_is_compared(asked):
    assert not is_open(asked, "end") and not asked.is_visible("text=The evidence.")
    asked.fill("#predict-end-guess", "99.1")
    asked.click("#predict-end >> text=That is my guess")
    assert says(asked, "end") == ("You said 99.10 %. The three seeds say 98.31 to 98.80 %: "
                                 "0.30 points less than you said.")
    assert is_open(asked, "end") and asked.is_visible("text=The evidence.")
    assert asked.locator("#predict-end svg circle").count() == 3
    assert "you: 99.10 %" in asked.inner_html("#predict-end svg")
    assert not asked.is_visible("#predict-end + details .predict-answer")
    asked.click("#predict-end >> text=Ask me again")
    assert not is_open(asked, "end") and asked.input_value("#predict-end-guess") == ""


def test_a_guess_is_remembered_and_forgotten(asked):
    asked.fill("#predict-end-guess", "98.5")
    asked.press("#predict-end-guess", "Enter")
    asked.check("#predict-way >> text=It stays")
    asked.click("#predict-way >> text=That is my guess")
    asked.reload()
    assert says(asked, "end").endswith("98.80 %, as you said.") and is_open(asked, "end")
    assert says(asked, "way") == "The records say: It falls." and asked.is_checked("#predict-way >> text=It stays")
    asked.click("#predict-end >> text=Ask me again")
    asked.reload()
    assert not is_open(asked, "end") and is_open(asked, "way")
    asked.evaluate("for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{\"broken')")
    asked.reload()
    assert not is_open(asked, "way")


def test_just_show_me_shows_the_answer_without_a_guess(asked):
    asked.click("#predict-size + details > summary")
    assert asked.inner_text("#predict-size + details .predict-answer") == "The answer is 6,379,786 parameters."
    assert asked.is_visible("text=Layer by layer.")


def test_by_keyboard_alone(asked):
    press(asked, "ArrowDown", on="#predict-way input")
    assert not is_open(asked, "way"), "choosing is not answering"
    press(asked, "Enter")
    assert is_open(asked, "way") and says(asked, "way") == "As you said."
    press(asked, "Home", *["ArrowRight"] * 3, on="#predict-steps-guess")
    assert asked.get_attribute("#predict-steps-guess", "aria-valuetext") == "2"
    press(asked, "Tab", "Enter")
    assert says(asked, "steps") == "You said 2. The answer is 12: 10 more than you said."


def test_a_question_to_look_at_asks_for_nothing_and_veils_what_follows(asked):
    """No field, no button, nothing to remember: the fold is opened by pointer and by keyboard, and closed again."""
    assert asked.locator("#predict-pictures :is(form, input, button)").count() == 0
    assert not asked.is_visible("text=What others saw.") and not asked.is_visible("text=their votes")
    fold = asked.locator("#predict-pictures + details.veiled > summary")
    assert fold.inner_text() == "Just show me"
    fold.click()
    assert asked.is_visible("text=What others saw.") and asked.is_visible("text=their votes")
    fold.press("Enter")
    assert not is_open(asked, "pictures")
    fold.press("Enter")
    asked.reload()
    assert not is_open(asked, "pictures") and asked.evaluate("localStorage.length") == 0


def test_an_empty_guess_is_no_guess(asked):
    asked.click("#predict-end >> text=That is my guess")
    asked.click("#predict-way >> text=That is my guess")
    asked.click("#predict-steps >> text=That is my guess")
    assert not any(is_open(asked, name) for name in ("end", "way", "steps"))


def test_a_slider_that_nobody_moved_is_no_guess(asked):
    """It asks to be moved, says so, and takes its place once it was; a question asked again begins anew."""
    field = asked.locator("#predict-steps-guess")
    for _ in range(2):
        assert asked.inner_text("#predict-steps output") == field.get_attribute("aria-valuetext") == "move the slider"
        asked.click("#predict-steps >> text=That is my guess")
        assert not is_open(asked, "steps") and asked.evaluate("document.activeElement.id") == "predict-steps-guess"
        assert asked.evaluate("localStorage.length") == 0
        field.press("End")
        assert asked.inner_text("#predict-steps output") == "20"
        asked.click("#predict-steps >> text=That is my guess")
        assert is_open(asked, "steps") and says(asked, "steps").startswith("You said 20.")
        asked.click("#predict-steps >> text=Ask me again")


def test_words_are_those_of_python(asked):
    """The numbers of the outcome are written as ``predict.told`` writes them."""
    settings = json.loads(asked.get_attribute("#predict-size", "data-predict"))
    for value in (0, 0.5, 1234.5678, 99.995, 1e6):
        for digits in (0, 1, 3):
            own = {**settings, "answer": [value], "digits": digits}
            text = asked.evaluate("([guess, own]) => bookParts.predict.compared(guess, own).text", [value + 7, own])
            shown = re.search(r"The answer is ([\d,.]+) parameters", text)[1]
            from_python = float(f"{value:.{digits}f}")
            assert abs(float(shown.replace(",", "")) - from_python) <= 10 ** -digits, (value, digits)
            assert shown.count(".") == bool(digits)


def test_it_fits_a_phone_by_touch_and_axe_finds_nothing(browser, questions):
    with visit(browser, (questions / "_build/html/page.html").as_uri(), width=390) as page:
        for place in ("#predict-way >> text=It rises", "#predict-way >> text=That is my guess", "#predict-steps-guess",
                      "#predict-steps >> text=That is my guess", "#predict-pictures + details > summary",
                      ".quiz li:first-child summary >> text=eleven"):
            page.tap(place)
        assert all(is_open(page, name) for name in ("way", "steps", "pictures"))
        assert page.is_visible(".quiz li:first-child >> text=Off by one.")
        press(page, "Enter", on=".quiz li:nth-child(2) summary")
        assert page.is_visible(".quiz li:nth-child(2) >> text=Twelve.")
        assert flaws(page, within=".predict, .predict-evidence, .quiz") == []


def test_on_paper_question_and_evidence_are_both_there(asked):
    asked.evaluate("""() => {
      const article = document.createElement("article");
      article.append(...document.body.childNodes);
      document.body.append(article);
    }""")
    asked.add_script_tag(path=ROOT / "book/_static/site/paper.js")
    asked.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    asked.emulate_media(media="print")
    assert asked.is_visible("text=Where does it") and asked.is_visible("text=The evidence.")
    assert asked.is_visible("#predict-end + details .predict-answer")
