"""Sphinx extension: ``predict``, a question before its evidence, which stays folded until the reader answers.

    ```{predict} dropout-final
    :kind: number
    :answer: finals
    :unit: %
    :says: The five seeds say

    Where does it end?
    ```

    … the evidence: text, figures, code cells …

    ```{predict-end}
    ```

The answer is the name of something glued in a cell of the page: a number, two or more numbers (from the
lowest to the highest, each drawn), or for ``:kind: choice`` the words of the right one of the choices, which
are the question's last list. Nothing of it is typed. ``:kind: look`` has no answer: the reader does something
else first. On the page the evidence is a ``<details>``, so without JavaScript it is a fold; ``parts/predict.js``
asks, remembers and compares.
"""

import ast
import json
import math
from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
KINDS = ("choice", "number", "slider", "look")
TITLE, FOLD = "Predict first", "Just show me"


class Wrong(ValueError):
    """What a page's author has to mend in a question."""


class predict(nodes.General, nodes.Element):
    """The question. Its settings are in ``settings``, as the script reads them."""


class predict_evidence(nodes.General, nodes.Element):
    """The answer in words, and all that shows it."""


class predict_end(nodes.Invisible, nodes.Element):
    """Where the evidence of the question above ends."""


# The answer -----------------------------------------------------------------------------------


def glued(document: nodes.document, name: str):
    """The value that a cell of the page glued under `name`; raises `Wrong` where there is no such plain value."""
    try:
        text = retrieve_glue_data(document, name).data["text/plain"]
    except (RetrievalError, KeyError):
        raise Wrong(f"no cell of this page glues {name!r}; write glue({name!r}, …, display=False) in one") from None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise Wrong(f"{name!r} is glued as {text[:40]}; glue plain numbers, or the words of a choice") from None


def numbers_of(value, name: str) -> tuple[list[float], int]:
    """A glued answer as numbers, lowest first, and the digits behind the point that they are written with.

    Numbers may be written out, as a page glues them into its sentences ("6,379,786"). Raises `Wrong` for anything else.
    """
    written = [str(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
    try:
        found = sorted(float(one.replace(",", "")) for one in written)
    except ValueError:
        found = []
    if not all(map(math.isfinite, found)) or not found:
        raise Wrong(f"{name!r} is {value!r}; glue a number or a list of numbers")
    if any(isinstance(one, float) for one in (value if isinstance(value, (list, tuple)) else [value])):
        return found, 2
    return found, max(len(one.partition(".")[2]) for one in written)


def words(text: str) -> str:
    """A choice or an answer, so that spaces, a full stop and case do not count."""
    return " ".join(text.split()).rstrip(".").casefold()


def right_choice(choices: list[str], value, name: str) -> int:
    """The place of the choice that was glued; raises `Wrong` where it isn't exactly one."""
    found = [i for i, choice in enumerate(choices) if words(choice) == words(str(value))]
    if len(found) != 1:
        raise Wrong(f"{name!r} is {value!r}, which is {len(found)} of the choices {', '.join(map(repr, choices))}")
    return found[0]


def told(settings: dict) -> str:
    """The answer in a sentence, as a reader without JavaScript and a notebook have it."""
    if settings["kind"] == "choice":
        return f"{settings['says']}: {settings['right']}."
    low, high = (f"{settings['answer'][i]:,.{settings['digits']}f}" for i in (0, -1))
    unit = f" {settings['unit']}" if settings["unit"] else ""
    return f"{settings['says']} {low if low == high else f'{low} to {high}'}{unit}."


# The directive --------------------------------------------------------------------------------


class Predict(SphinxDirective):
    """The question; its evidence stands behind it."""

    has_content = True
    required_arguments = 1  # a name of its own on the page
    option_spec = {
        "kind": lambda text: directives.choice(text, KINDS), "answer": directives.unchanged_required,
        "unit": directives.unchanged, "says": directives.unchanged, "digits": directives.nonnegative_int,
        "min": float, "max": float, "step": float,
    }

    def run(self) -> list[nodes.Node]:
        box, evidence = predict(ids=[nodes.make_id(f"predict-{self.arguments[0]}")]), predict_evidence()
        self.set_source_info(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        try:
            box["settings"] = self.settings(box)
        except Wrong as error:
            logger.warning("predict %s: %s", self.arguments[0], error, location=self.get_location())
            return []
        if box["settings"]["kind"] != "look":
            evidence += nodes.paragraph("", told(box["settings"]), classes=["predict-answer"])
        return [box, evidence]

    def settings(self, box: predict) -> dict:
        kind, name = self.options.get("kind", "number"), self.options.get("answer")
        if kind == "look":
            return {"kind": kind}
        if not name:
            raise Wrong("it has no :answer:, the name of what a cell glued")
        value = glued(self.state.document, name)
        found = {"kind": kind, "says": self.options.get("says", "The answer is").rstrip(": ")}
        if kind == "choice":
            if not box.children or not isinstance(box.children[-1], nodes.bullet_list):
                raise Wrong("a question with :kind: choice ends with the list of its choices")
            box.children[-1]["classes"].append("predict-choices")
            choices = [item.astext().strip() for item in box.children[-1].children]
            at = right_choice(choices, value, name)
            return {**found, "answer": at, "right": choices[at].rstrip(".")}
        numbers, digits = numbers_of(value, name)
        low, high, step = (self.options.get(option) for option in ("min", "max", "step"))
        if kind == "slider" and (low is None or high is None):
            raise Wrong("a slider has a :min: and a :max:")
        if low is not None and high is not None and not low <= numbers[0] <= numbers[-1] <= high:
            raise Wrong(f"the answer {numbers} lies outside of {low:g} to {high:g}")
        digits = self.options.get("digits", digits)
        return {**found, "answer": numbers, "unit": self.options.get("unit", ""), "digits": digits, "min": low,
                "max": high, "step": step or 10.0 ** -digits}


class PredictEnd(SphinxDirective):
    """The end of the evidence of the question above."""

    def run(self) -> list[nodes.Node]:
        node = predict_end()
        self.set_source_info(node)
        return [node]


class GatherEvidence(SphinxTransform):
    """What stands between a question and its end goes into the question's fold."""

    default_priority = 15  # behind sphinx-exercise's, which gathers solutions

    def apply(self, **options) -> None:
        for box in list(self.document.findall(predict)):
            self.gather(box)
        for end in list(self.document.findall(predict_end)):
            logger.warning("a predict-end without a predict above it, in the same section", location=end)
            end.parent.remove(end)

    def gather(self, box: predict) -> None:
        parent = box.parent
        first = parent.index(box) + 2  # the fold stands in between
        end = next((i for i in range(first, len(parent)) if isinstance(parent[i], (predict, predict_end))), len(parent))
        if end == len(parent) or isinstance(parent[end], predict):
            logger.warning("the evidence of %s has no end: write {predict-end} behind it, in the same section",
                           box["ids"][0], location=box)
            return
        if end == first:
            logger.warning("%s has no evidence before its predict-end", box["ids"][0], location=box)
        evidence = parent[first - 1]
        moved = parent[first:end]
        del parent[first:end + 1]
        evidence += moved


# The page -------------------------------------------------------------------------------------


def open_question(self, node) -> None:
    name = node["ids"][0]
    settings = {key: value for key, value in node["settings"].items() if value not in (None, "")}
    self.body.append(f'<div class="predict" id="{name}" role="group" aria-labelledby="{name}-title" '
                     f'data-predict="{escape(json.dumps(settings, separators=(",", ":")))}">\n'
                     f'<p class="predict-title" id="{name}-title">{TITLE}</p>\n')


def close_question(self, node) -> None:
    self.body.append("</div>\n")


def open_evidence(self, node) -> None:
    self.body.append(f'<details class="predict-evidence">\n<summary>{FOLD}</summary>\n')


def close_evidence(self, node) -> None:
    self.body.append("</details>\n")


def setup(app):
    app.add_node(predict, html=(open_question, close_question))
    app.add_node(predict_evidence, html=(open_evidence, close_evidence))
    app.add_node(predict_end)
    app.add_directive("predict", Predict)
    app.add_directive("predict-end", PredictEnd)
    app.add_transform(GatherEvidence)
