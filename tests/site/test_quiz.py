"""Checks (``quiz``): choices that open with an answer, without a script, on the page and in a notebook."""

import io

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tests.site.test_predict import AXE, GROUND, HEAD, build

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("predict")]
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


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("quiz")
    build(root, HEAD + GOOD, extensions=["myst_nb", "reexecute", "repository", "notebooks", "quiz", "learning"])
    path = root / "_build/html/page.html"
    path.write_text(path.read_text().replace("<html", '<html lang="en" data-theme="light"', 1)
                    .replace('<div class="body"', '<div class="body bd-article"').replace("</head>", GROUND))
    return root


def test_every_choice_answers(root):
    html = BeautifulSoup((root / "_build/html/page.html").read_text(), "html.parser")
    assert len(html.select(".quiz > ol > li")) == 3 and not html.select("script[src*=learning]")
    right, wrong = html.select(".quiz > ol > li:first-child > details")
    assert right.summary.get_text() == "12" and right.p.get_text() == "Right. Twelve."
    assert wrong.summary.get_text() == "eleven" and wrong.p.get_text() == "No. Off by one."


def test_in_a_notebook_choices_can_be_opened(root):
    cells = nbformat.read(root / "_build/html/notebooks/page.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert ("1. How *many*?\n\n<details>\n<summary>12</summary>\n\n**Right.** Twelve.\n\n</details>\n\n"
            "<details>\n<summary>eleven</summary>\n\n**No.** Off by one.\n\n</details>\n\n2. How") in text


def test_by_keyboard_and_by_touch_and_axe_finds_nothing(browser, root):
    from axe_playwright_python.base import AXE_SCRIPT

    for theme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, offline=True,
                                      java_script_enabled=True, reduced_motion="reduce")
        page = context.new_page()
        page.goto((root / "_build/html/page.html").as_uri())
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.tap(".quiz li:first-child summary >> text=eleven")
        assert page.is_visible(".quiz li:first-child >> text=Off by one.")
        page.focus(".quiz li:nth-child(2) summary")
        page.keyboard.press("Enter")
        assert page.is_visible(".quiz li:nth-child(2) >> text=Twelve.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate(AXE_SCRIPT)
        assert not [f"{v['id']}: {n['target']}" for v in page.evaluate(AXE)["violations"] for n in v["nodes"]
                    if "quiz" in str(n)], theme
        context.close()


def test_what_is_wrong_with_a_check_is_said(tmp_path):
    said = io.StringIO()
    (tmp_path / "page.md").write_text(HEAD + "\n\n".join(WRONG))
    with patch_docutils(), docutils_namespace():
        Sphinx(tmp_path, None, tmp_path / "o", tmp_path / "d", "html",
               {"extensions": ["myst_nb", "quiz"], "master_doc": "page", "html_theme": "basic"},
               status=None, warning=said).build()
    for problem in WRONG.values():
        assert problem in said.getvalue(), problem
    assert said.getvalue().count("quiz end: ") == len(WRONG)
