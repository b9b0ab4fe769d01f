"""Every exercise has one solution, folded away; a chapter of the line has three, a prediction and a check."""

import re
from collections import Counter
from typing import NamedTuple

import pytest

from tests.chapters.prose import ROOT, chapters, parser, split_options


class Directive(NamedTuple):
    """One directive of a page: ``{solution-start} ex-data-1`` with its options."""

    name: str
    title: str
    options: dict
    body: str


def directives(source: str) -> list[Directive]:
    """Every directive of a page, in order, with those inside others."""
    found = []
    for token in parser().parse(source):
        if token.type in ("fence", "colon_fence") and (match := re.match(r"\{([^}]+)\}\s*(.*)", token.info)):
            options, body, _ = split_options(token.content)
            found.append(Directive(match[1], match[2], options, body))
            if match[1] not in ("code-cell", "literalinclude", "eval-rst"):
                found += directives(body)
    return found


def targets(source: str) -> list[str]:
    """The names that ``(name)=`` and labelled equations of a page define."""
    return [token.content if token.type == "myst_target" else token.info for token in parser().parse(source)
            if token.type in ("myst_target", "math_block_label")]


def labels(source: str) -> list[str]:
    """Every label a page defines: exercises, figures, equations, targets."""
    found = targets(source)
    for directive in directives(source):
        options = directive.options
        found += [options[key] for key in ("label", "name") if key in options and directive.name != "solution"]
        figure = (options.get("mystnb") or {}).get("figure") or {}
        found += [figure["name"]] if "name" in figure else []
    return found


def problems(source: str) -> list[str]:
    """What is wrong with the exercises of a page."""
    found = directives(source)
    exercises = [d.options.get("label", "") for d in found if d.name in ("exercise", "exercise-start")]
    solutions = [d for d in found if d.name in ("solution", "solution-start")]
    solved = Counter(d.title for d in solutions)
    wrong = ["an exercise has no label" for label in exercises if not label]
    wrong += [f"{label} has {solved[label]} solutions" for label in exercises if label and solved[label] != 1]
    wrong += [f"the solution of {label} has no exercise on this page" for label in solved if label not in exercises]
    wrong += [f"the solution of {d.title} is not folded away (:class: dropdown)" for d in solutions
              if "dropdown" not in d.options.get("class", "").split()]
    if sum(d.name == "solution-start" for d in found) != sum(d.name == "solution-end" for d in found):
        wrong.append("a solution-start has no solution-end")
    return wrong


PAGES = {path.relative_to(ROOT / "book").with_suffix("").as_posix(): path.read_text(encoding="utf-8")
         for path in chapters()}
CHAPTERS = [name for name in PAGES if name.startswith(("learn/", "build/"))]


@pytest.mark.parametrize("name", PAGES)
def test_every_exercise_has_a_hidden_solution(name):
    assert problems(PAGES[name]) == []


def lacking(source: str) -> list[str]:
    """What a chapter of Learn or Build lacks: exercises, a prediction, a check, and three questions in it."""
    found = directives(source)
    names = [d.name.removesuffix("-start") for d in found]
    questions = [len(re.findall(r"^\d+\. ", d.body, re.MULTILINE)) for d in found if d.name == "quiz"]
    wrong = [f"{names.count('exercise')} exercises"] if names.count("exercise") < 3 else []
    wrong += ["no prediction"] if "predict" not in names else []
    return wrong + ([f"checks of {questions} questions"] if questions != [3] else [])


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_of_the_line_asks_its_reader(name):
    assert lacking(PAGES[name]) == []


def test_labels_are_unique_in_the_book():
    everywhere = Counter(label for source in PAGES.values() for label in labels(source))
    assert [label for label, count in everywhere.items() if count > 1] == []
    assert len(everywhere) > 50


EXERCISE = "```{exercise}\n:label: ex-a-1\n\nWhy?\n```\n"
SOLUTION = "```{solution} ex-a-1\n:class: dropdown\n\nSo.\n```\n"


@pytest.mark.parametrize("source, problem", [
    (EXERCISE, "ex-a-1 has 0 solutions"),
    (EXERCISE + SOLUTION + SOLUTION, "ex-a-1 has 2 solutions"),
    (SOLUTION, "no exercise on this page"),
    (EXERCISE + SOLUTION.replace(":class: dropdown\n", ""), "not folded away"),
    (EXERCISE.replace(":label: ex-a-1\n", ""), "no label"),
    (EXERCISE + "````{solution-start} ex-a-1\n:class: dropdown\n````\nSo.\n", "no solution-end")])
def test_what_is_wrong_is_found(source, problem):
    assert any(problem in found for found in problems(source))


def test_what_a_chapter_lacks_is_found():
    quiz = "```{quiz} a\n1. What?\n\n   - (x) This.\n   - ( ) That.\n\n2. And?\n\n3. Why?\n```\n"
    predict = "```{predict} a\n:kind: look\n\nQ?\n```\n"
    assert lacking(3 * EXERCISE + quiz + predict) == []
    assert lacking(2 * EXERCISE + quiz.replace("3. Why?", "")) == [
        "2 exercises", "no prediction", "checks of [2] questions"]
    assert lacking(3 * EXERCISE + predict) == ["checks of [] questions"]


def test_a_good_exercise_and_its_labels():
    assert problems(EXERCISE + SOLUTION) == []
    figure = "```{code-cell}\n---\nmystnb:\n  figure:\n    name: fig-a\n---\nplot()\n```\n"
    equation = "$$\na = b\n$$ (eq-a)\n\n"
    inside = "(there)=\n## H\n\n:::{note}\n" + EXERCISE + ":::\n"
    assert sorted(labels(figure + equation + inside)) == ["eq-a", "ex-a-1", "fig-a", "there"]
