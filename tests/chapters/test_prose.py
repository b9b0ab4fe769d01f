"""No chapter types a result: what a training gave comes from its record when the page is built.

Settings, constants of the exercise and made-up numbers of exercises are typed, and each stands
in ALLOWED with its reason, as a phrase and the pages it may stand on. A number that is the
same but stands in another phrase is flagged.
"""

import ast
import json
import math
import re
from fnmatch import fnmatch
from typing import NamedTuple

import pytest

from mnist_lib.book import sources
from mnist_lib.book.statistics import standard_error
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.networks.architecture import count_parameters
from mnist_lib.studies.shifts import calibration
from tests.chapters.prose import ROOT, Found, chapters, results

# The rule's accuracy may be named, but not as what a network came to.
NOT_A_RESULT = "".join(f"(?<!{verb} )" for verb in (
    "end at", "ends at", "ended at", "ending at", "get", "gets", "got", "score", "scores", "scored", "achieves",
    "achieved", "has", "had", "to", "was", "were", "is"))


class Constant(NamedTuple):
    """A phrase (a regular expression) that may be typed, on which pages, and why."""

    phrase: str
    why: str
    pages: str = "*"


ALLOWED = (
    Constant(rf"{NOT_A_RESULT}99\.40? %", "the rule's accuracy"),
    Constant(r"(?:in|fewer than|under|limit of|below) 8,000 parameters", "the rule's limit"),
    Constant(r"flags a first epoch above 99 %", "the grader's own number, checked below", "reference/teaching"),
    Constant(rf"{NOT_A_RESULT}99\.0 %", "a lower target, set beforehand", "further/fastest"),
    Constant(r"from 172 to 0\.76 seconds", "what the README of the linked repository says", "further/fastest"),
    Constant(r"60 mistakes", "what the rule forgives: 0.6 % of 10,000", "learn/digits"),
    Constant(r"One test image is 0\.01 points|On the 10,000 test images one image is 0\.01 points",
             "one of 10,000", "*"),
    Constant(r'"better by 0\.05 points"', "an example of a sentence, not of a result", "learn/luck"),
    Constant(r"right (?:exactly )?99\.4 % of the time|deserves 99\.4 %", "an imagined network", "learn/luck"),
    Constant(r"At 99\.4 % and 10,000 images it is about 8 images", "a formula's value; checked below",
             "reference/glossary"),
    Constant(r"a loss of 2\.30?|A loss of 2\.30 means", "ln 10, what a network that knows nothing has; checked below",
             "learn/training-loop"),
    Constant(r"Where do six million parameters go", "a title; checked below", "learn/channels"),
    Constant(r"allows a difference of two images|(?:every predicted digit;|compares;) two images may differ",
             "the tolerance of `make verify`; checked below"),
    Constant(r"up to three million places", "a limit of the page", "yours/calculator"),
    Constant(r"ten logits for four images", "a setting of an exercise", "learn/training-loop"),
    Constant(r"[Tt]he (?:first )?(?:six|twenty) (?:training|test) images (?:of each|that)",
             "how many a figure shows", "learn/digits"),
    Constant(r"a network gives 97 % to the 6|in 97 of 100 cases", "made up for a check", "yours/digit"),
    Constant(r"(?:is the|with their) 95 % interval|You want an interval of 95 %|in 80 % of all cases",
             "a level and a power that are chosen", "*"),
    Constant(r"A 95 % interval leaves|ends with 95 % chance|in 5 % of all cases|to its 5 %|"
             r"What a difference of 0\.05 points takes|interval of 95 %|[Aa] difference of 0\.0(?:2)?5 points needs?",
             "levels and a difference that are chosen", "evidence/how-sure"),
    Constant(r"below 5 % in the family", "a level that is chosen", "further/exercises"),
    Constant(r"Trainings of the champion that end at 99\.40 % or more", "the rule's accuracy, asked for",
             "further/little"),
    Constant(r"You suspect that dropout costs 0\.1 points", "made up for an exercise", "further/exercises"),
    Constant(r"two candidates that differ by 0\.02 points", "made up for an exercise", "evidence/protocol"),
    Constant(r"Lines are 95 % intervals|are right, with 95 % intervals|Bins of fewer than ten images",
             "a level and a number that are chosen; checked below", "further/travel"),
    Constant(r"of which it is 90 % sure, it gets 90 % right|A threshold of 90 %|with a confidence of 90 %, 90 in 100",
             "an imagined network, and a threshold that is chosen; checked below", "*"),
    Constant(r"(?:below|above) \d\d %|\d\d to \d\d %", "how a question is cut into choices", "further/little"),
    Constant(r"stuck at 99\.2 %|won't get to 99\.4 % even if|led to 99\.4 % in the last two to three epochs|"
             r"almost 99 %|dropout of 10 %|some 7,000 parameters|from 8\.1k to 3\.2k parameters",
             "what a student says, in the student's own figures", "paths/*"),
    Constant(r"A session is 90 minutes", "a plan", "reference/teaching"),
    Constant(r"course .* under 8,000 parameters to 99\.4 %", "the rule", "reference/teaching"),
    Constant(r'"It reached 99\.4 %, so it does it\."', "a sentence that students say", "reference/teaching"),
    Constant(r"where six million numbers sit", "a title; checked below", "build/too-big"),
    Constant(r"a hundred parameters for each of the 60,000 images", "six million by 60,000", "build/too-big"),
    Constant(r"^About \d\d %[.,]", "how a question is cut into choices", "build/skeleton"),
    Constant(r"A training shows a loss of 2\.30", "ln 10; checked below", "build/skeleton"),
    Constant(r"jumps by 15 images an epoch", "made up for a check", "build/learning-rate"),
    Constant(r"to say with 95 % confidence", "a level that is chosen", "build/averaging"),
    Constant(r"From 130 to 65 mistakes|saves 10 mistakes of 130", "made up for an example and a check",
             "build/which-ideas"),
)


def page(path) -> str:
    """The name of a chapter, "paths/six-models/steplr"."""
    return path.relative_to(ROOT / "book").with_suffix("").as_posix()


def allowed_by(found: Found, name: str) -> set[int]:
    """The numbers of the entries of ALLOWED whose phrase covers what was found."""
    return {i for i, constant in enumerate(ALLOWED) if fnmatch(name, constant.pages)
            for match in re.finditer(constant.phrase, found.text)
            if match.start() <= found.start and found.end <= match.end()}


PAGES = {page(path): path.read_text(encoding="utf-8") for path in chapters()}


@pytest.mark.parametrize("name", PAGES)
def test_no_result_is_typed(name):
    typed = [f"book/{name}.md:{found.line}: {found.kind} {found.phrase!r} in “…{found.context}…”"
             for found in results(PAGES[name]) if not allowed_by(found, name)]
    assert not typed, ("glue these from the records (report.numbers), or declare a constant in "
                       "tests/chapters/test_prose.py:\n" + "\n".join(typed))


def test_every_constant_is_needed():
    """An entry that covers nothing any more would let a result pass one day."""
    used = set().union(*(allowed_by(found, name) for name, text in PAGES.items() for found in results(text)))
    assert [ALLOWED[i].phrase for i in range(len(ALLOWED)) if i not in used] == []


def test_the_constants_are_right():
    assert round(count_parameters(EXPERIMENTS["six-models/setup"].architecture) / 1e6) == 6
    assert round(standard_error(99.4) * 100) == 8 and round(math.log(10), 2) == 2.30
    from mnist_lib.training.verification import TOLERANCE

    assert TOLERANCE == 2
    assert calibration.SURE == 90
    from mnist_lib.classroom.challenge.verdict import FIRST

    assert FIRST == 99


BAD = {
    "The network ends at 99.43 % on the test set.": "percentage",
    "It reaches 99.40\u00a0per cent.": "percentage",
    "Ninety-nine is nice, and ten per cent is chance.": "percentage",
    "It has 7,416 parameters.": "parameter count",
    "It has **7,416** {term}`parameters <parameter>`.": "parameter count",
    "A 13k-parameter network.": "parameter count",
    "It needs 1.2 million weights.": "large count",
    "The curve climbs from 98.7 to 99.31 in the end.": "accuracy",
    "The accuracy is 0.9943 then.": "accuracy",
    "Ninety-nine per cent are right.": "percentage",
    "It ends at 99.1\\% there.": "percentage",
    "It ends at 99.1&nbsp;% there.": "percentage",
    "It ends at <b>99.1</b> % there.": "percentage",
    "It holds 7,416 weights.": "parameter count",
    "The number of parameters is 7,416.": "parameter count",
    "Its loss ends at 0.0271.": "loss",
    "---\nmyst:\n  substitutions:\n    final: 99.1 %\n---\n\nIt ends there.": "percentage",
    "It gains 0.07 points.": "points",
    "They differ by almost a point.": "points",
    "It gets six images more right than before, that is six images.": "images",
    "It is right on 9,941 test images.": "images",
    "An epoch takes 26 seconds.": "time",
    "About two hours on a CPU.": "time",
    "## A gain of 0.3 %": "percentage",
    "| step | test (%) |\n|---|---|\n| steplr | 99.37 |": "accuracy",
    ":::{note}\nIt ends at 99.1 %.\n:::": "percentage",
    "```{admonition} A gain of 0.3 %\nText.\n```": "percentage",
    "````{solution} ex\n:class: dropdown\n\nYou get 98.9 %.\n````": "percentage",
    "```{code-cell}\n---\nmystnb:\n  figure:\n    caption: It ends at 99.1 %.\n---\nplot()\n```": "percentage",
    "```{code-cell}\n---\nmystnb:\n  image:\n    alt: A bar of 4.7 million.\n---\nplot()\n```": "large count",
    "```{literalinclude} x.py\n:caption: A network of 7,416 parameters.\n```": "parameter count",
}
GOOD = (
    "It ends at {glue:text}`final` %, with {glue:text}`parameters` parameters.",
    "```{code-cell}\nprint('99.4 % and 7,416 parameters')\n```",
    "```python\nlimit = 99.4  # %\n```",
    "Call `fit(step)  # 99.4 %`.",
    "The variance is $0.23$, or $99.1\\,\\%$.",
    "$$\n99.4 \\%\n$$",
    "A batch has 128 images, the training set 60,000 images of 28 × 28.",
    "The learning rate is 0.01, the dropout 0.1, and there are 15 epochs.",
    "<!-- 99.4 % -->",
)


@pytest.mark.parametrize("text", BAD)
def test_a_typed_result_is_found(text):
    assert BAD[text] in [found.kind for found in results(text)]
    assert not any(allowed_by(found, "paths/six-models/steplr") for found in results(text))


@pytest.mark.parametrize("text", GOOD)
def test_what_is_computed_or_set_is_not(text):
    assert list(results(text)) == []


@pytest.mark.parametrize("text", [
    "The rule asks for 99.4 % in each of the last epochs.", "A network under 8,000 parameters."])
def test_constants_pass_where_they_mean_the_rule(text):
    assert all(allowed_by(found, "paths/six-models/steplr") for found in results(text))


@pytest.mark.parametrize("text", [
    "The network ends at 99.4 %.", "Ours has 8,000 parameters.", "It forgives 60 mistakes."])
def test_and_nowhere_else(text):
    found = list(results(text))
    assert found and not any(allowed_by(f, "paths/six-models/steplr") for f in found)


def test_the_line_of_a_finding_is_right():
    text = "---\nfile_format: mystnb\n---\n\n# T\n\n:::{note}\nFirst.\n\nIt ends at 99.1 %.\n:::\n"
    assert [found.line for found in results(text)] == [10]


# --- claims ------------------------------------------------------------------------------------

def claimed_figures() -> set[str]:
    """Every accuracy and parameter count that a source claims, as a page would write it."""
    figures = {claim for step in sources.steps() for c in sources.source(step).claims
               for claim in (c.parameters, c.train and f"{c.train:.2f}", c.test and f"{c.test:.2f}") if claim}
    return figures - {"99.40", "99.4"}  # the rule's own


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("paths/")])
def test_no_claim_is_typed_on_a_path_s_page(name):
    """Neither in prose nor in code: ``sources.json`` has what the sources claim."""
    from tests.chapters.prose import prose

    written = " ".join(text for _, text in prose(PAGES[name]))
    code = "\n".join(re.findall(r"^`{3,}\{code-cell\}.*?\n(.*?)^`{3,}", PAGES[name], re.MULTILINE | re.DOTALL))
    for figure in claimed_figures():
        pattern = rf"(?<![\d.,]){re.escape(figure)}(?![\d])"
        assert not re.search(pattern, written), f"{name} types the claim {figure}; take it from sources.json"
        assert not re.search(pattern, code), f"{name} types the claim {figure} in code; take it from sources.json"


@pytest.mark.parametrize("name", [name for name in PAGES if name.removeprefix("paths/") in sources.steps()])
def test_a_step_s_page_takes_its_claims_from_the_data_file(name):
    """It shows the table that sets ours beside the claim, or asks for its source."""
    step, calls = name.removeprefix("paths/"), []
    for cell in re.findall(r"^`{3,}\{code-cell\}[^\n]*\n(.*?)^`{3,}", PAGES[name], re.MULTILINE | re.DOTALL):
        body = re.sub(r"\A(---\n.*?^---\n|(:[\w-]+:[^\n]*\n)+)", "", cell, flags=re.MULTILINE | re.DOTALL)
        calls += [(ast.unparse(node.func), ast.unparse(node.args[0])) for node in ast.walk(ast.parse(body))
                  if isinstance(node, ast.Call) and node.args]
    assert ("sheet.result", repr(step)) in calls


def test_the_claims_lie_in_one_file():
    """No other file of the library holds the sources' logs."""
    log = json.dumps(json.loads((ROOT / "mnist_lib/book/sources.json").read_text())
                     ["steps"]["six-models/steplr"]["log"]["test_accuracy"])[1:-1]
    holders = [path.name for path in (ROOT / "mnist_lib").rglob("*.*") if path.suffix in (".py", ".json")
               and log in re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))]
    assert holders == ["sources.json"]
