"""Sphinx extension: ``quiz``, three to six questions that answer at once.

    ```{quiz} field
    1. A kernel of 3 follows a field of {glue:text}`field` pixels, at a jump of 2. How much does its unit see?

       - (x) {glue:text}`wider` pixels

         Two more taps, each a jump further.
       - ( ) {glue:text}`wrong` pixels

         That would be so at a jump of 1.
    ```

On the page the choices stand in an order drawn from their words, the same in every build. Each is a ``<details>``
that opens with "Right" or "No" and its remark. That is all there is to it: it needs no script,
so it works from a file, by keyboard, on paper (all open) and in every program that shows notebooks.
"""

import hashlib
import re

from docutils import nodes
from predict import Wrong
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
TITLE = "Check yourself"
MARKS = {"(x)": True, "( )": False}
WORDS = {True: "Right.", False: "No."}
QUESTIONS = range(3, 7)


class quiz(nodes.General, nodes.Element):
    """A check: its questions."""


class quiz_question(nodes.General, nodes.Element):
    """A question: blocks, and then its choices."""


class quiz_choice(nodes.General, nodes.Element):
    """A choice, ``right`` or not: a paragraph, and behind it the remark."""


def marked(paragraph: nodes.Node) -> bool:
    """Whether a choice is the right one; takes its mark away. Raises `Wrong` where there is none."""
    first = next(iter(paragraph.findall(nodes.Text)), None)
    for mark, right in MARKS.items():
        if first is not None and first.astext().startswith(f"{mark} "):
            first.parent.replace(first, nodes.Text(first.astext()[len(mark) + 1:]))
            return right
    raise Wrong(f"a choice begins with (x) or ( ): {paragraph.astext()[:40]!r}")


def choice_of(item: nodes.list_item) -> quiz_choice:
    """A list's item as a choice; raises `Wrong` where it has no remark."""
    if len(item.children) < 2:
        raise Wrong(f"a choice has a remark below it, a paragraph of its own: {item.astext()[:40]!r}")
    right = marked(item.children[0])
    item.children[1].insert(0, nodes.Text(" "))
    item.children[1].insert(0, nodes.strong("", WORDS[right]))
    return quiz_choice("", *item.children, right=right)


def question_of(item: nodes.list_item) -> quiz_question:
    """A list's item as a question; raises `Wrong` where it has not one right choice among different ones."""
    if len(item.children) < 2 or not isinstance(item.children[-1], nodes.bullet_list):
        raise Wrong(f"a question ends with the list of its choices: {item.astext()[:40]!r}")
    choices = [choice_of(child) for child in item.children[-1].children]
    if sum(choice["right"] for choice in choices) != 1:
        raise Wrong(f"one choice is right, and marked (x): {item.children[0].astext()[:40]!r}")
    said = [" ".join(choice.children[0].astext().split()) for choice in choices]
    if len(set(said)) < len(said):
        raise Wrong(f"two choices are the same: {said}")
    return quiz_question("", *item.children[:-1], *shuffled(choices))


def shuffled(choices: list[quiz_choice]) -> list[quiz_choice]:
    """The choices in an order that their words decide, so that nothing follows from where the right one was written.

    Numbers stand in their own order: a reader looks for theirs there.
    """
    def number(choice):
        found = re.fullmatch(r"[^\d-]*(-?\d[\d,]*(?:\.\d+)?)[^\d]*", choice.children[0].astext())
        return float(found[1].replace(",", "")) if found else None

    if all(number(choice) is not None for choice in choices):
        return sorted(choices, key=number)
    return sorted(choices, key=lambda choice: hashlib.sha256(choice.children[0].astext().encode()).hexdigest())


class Quiz(SphinxDirective):
    """The check: one numbered list."""

    has_content = True
    required_arguments = 1  # a name of its own on the page

    def run(self) -> list[nodes.Node]:
        holder = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, holder)
        try:
            if len(holder.children) != 1 or not isinstance(holder.children[0], nodes.enumerated_list):
                raise Wrong("it is one numbered list, of a question an item")
            questions = [question_of(item) for item in holder.children[0].children]
            if len(questions) not in QUESTIONS:
                raise Wrong(f"it has {len(questions)} questions, not three to six")
        except Wrong as error:
            logger.warning("quiz %s: %s", self.arguments[0], error, location=self.get_location())
            return []
        return [quiz("", *questions, ids=[nodes.make_id(f"quiz-{self.arguments[0]}")])]


# The page -------------------------------------------------------------------------------------


def open_quiz(self, node) -> None:
    name = node["ids"][0]
    self.body.append(f'<div class="quiz" id="{name}" role="group" aria-labelledby="{name}-title">\n'
                     f'<p class="quiz-title" id="{name}-title">{TITLE}</p>\n<ol>\n')


def show_choice(self, node) -> None:
    """The choice as a fold; its first paragraph stands in the summary, which cannot hold one."""
    kind = "right" if node["right"] else "tempting"
    self.body.append(f'<details class="quiz-choice {kind}">\n<summary><span>')
    for child in node.children[0].children:
        child.walkabout(self)
    self.body.append("</span></summary>\n")
    for child in node.children[1:]:
        child.walkabout(self)
    self.body.append("</details>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_node(quiz, html=(open_quiz, lambda page, node: page.body.append("</ol>\n</div>\n")))
    app.add_node(quiz_question, html=(lambda page, node: page.body.append("<li>\n"),
                                      lambda page, node: page.body.append("</li>\n")))
    app.add_node(quiz_choice, html=(show_choice, None))
    app.add_directive("quiz", Quiz)
