"""What the sources say, checked: each statement of ``sources.json`` by the function that it names.

:func:`check` answers one statement, :func:`findings` those of a project, and the tables
count them. What no source says and this book asks is marked, and counted against nobody.
Nothing here knows a result: the checks compute it from the logs, the networks and PyTorch
itself (``logs.py``, ``networks.py``, ``training.py``). Shown at work in
``book/evidence/claims.md`` and ``book/further/eight-ways.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ...book import (
    FAILS,
    HOLDS,
    NO_VERDICT,
    NOT_CLEAR,
    Checked,
    Link,
    PageTable,
    Sequence,
    Statement,
    source,
    statement,
    statements,
    step_link,
    steps,
)
from ...experiments import experiment
from ...networks import count_parameters
from . import logs as audit_logs
from . import networks as audit_networks
from . import training as audit_training
from .logs import images, run_at_the_end
from .networks import exact_claims, fields

__all__ = ["CANDIDATES", "CHECKS", "FAILS", "HOLDS", "LAST", "PATHS", "Sequence", "check", "figures",
           "figures_table", "findings", "images", "rule_table", "run_at_the_end", "steps",
           "summary", "table", "unchecked", "unchecked_table"]
CHECKS: dict[str, Callable[[Statement], Checked]] = {
    f.__name__: f for module in (audit_logs, audit_networks, audit_training) for f in module.CHECKS}
PATHS = ("three-modules", "three-steps", "six-models", "same-padding", "drill-down")
LAST = (1, 2, 3, 5)
CANDIDATES = ("three-modules/steplr", "three-modules/augmentation", "three-modules/reduced",
              "three-steps/pooling-and-plateau", "six-models/steplr", "same-padding/augmentation",
              "same-padding/plateau", "drill-down/onecycle")  # logs that come near the rule: the finals, and three more


def check(of: Statement | str) -> Checked:
    """The finding on a statement, or on the one of that key.

    Raises ``KeyError`` for an unknown key, ``ValueError`` for a statement that cannot be
    recomputed or names a check that is not there.
    """
    of = statement(of) if isinstance(of, str) else of
    if of.check is None:
        raise ValueError(f"statement {of.key} cannot be recomputed; {of.url} shows: {of.evidence}")
    if of.check not in CHECKS:
        raise ValueError(f"statement {of.key} asks for the check {of.check!r}; there are: {', '.join(CHECKS)}")
    return CHECKS[of.check](of)


@cache
def _every() -> tuple[Checked, ...]:
    return tuple(check(s) for s in statements() if s.check)


def findings(path: str | None = None, kind: str | None = None, *, own: bool = False) -> list[Checked]:
    """The findings on what the sources say and can be recomputed, or on those of a path or a kind.

    With ``own`` those on what this book asks, which count against nobody.
    """
    return [f for f in _every() if path in (None, f.path) and kind in (None, f.statement.kind)
            and f.statement.own == own]


def unchecked(path: str | None = None) -> tuple[Statement, ...]:
    """What the sources say and cannot be recomputed from what lies in the repository."""
    return tuple(s for s in statements(path) if s.check is None and not s.own)


def summary() -> PageTable:
    """How many statements of each project hold."""
    rows = []
    for name in (*PATHS, "all"):
        own = [f for f in findings() if name in (f.path, "all")]
        slips = sum(f.slip for f in own)
        cells = [len(own), sum(f.verdict == HOLDS for f in own), sum(f.verdict == FAILS for f in own) - slips, slips,
                 sum(f.verdict in (NOT_CLEAR, NO_VERDICT) for f in own),
                 len([s for s in unchecked() if name in (s.path, "all")])]
        rows.append((name, *map(str, cells)))
    return PageTable("Statements of the five projects, recomputed",
                     ("", "checked", "hold", "do not hold", "slips", "open", "not\ncheckable"), tuple(rows),
                     "Slips are typos and roundings. A statement came onto the list because it could be doubted, so "
                     "this is no fair sample.")


def table(path: str | None = None, *, own: bool = False) -> PageTable:
    """Every statement of a project, or what this book asks of all: what is said, where, the verdict, what was found."""
    order = {step: i for i, step in enumerate(steps())}
    found = sorted(findings(path, own=own), key=lambda f: order[f.step])
    rows = tuple((f.sentence, Link(f.statement.where, f.statement.url), "is a slip" if f.slip else f.verdict,
                  f.evidence) for f in found)
    asked = "Asked by this book; no project says it" if own else f"What {path} says of itself"
    what = "what is asked" if own else "what is said, in our words"
    return PageTable(asked, (what, "where", "so it", "what was found"), rows, stacked=True)


def figures(path: str) -> dict[str, tuple[int, int]]:
    """How many figures of a project's tables are right: (right, given) for each sort.

    An exact parameter count is right if the layers give it, a receptive field if the
    recurrence gives it, an accuracy if some epoch of the log has it at the decimals given.
    """
    counts = {name: [0, 0] for name in ("parameters", "receptive fields", "training accuracies", "test accuracies")}

    def note(name: str, right: bool) -> None:
        counts[name][0] += right
        counts[name][1] += 1

    for step in (step for step in steps() if step.startswith(path + "/")):
        theirs = source(step)
        for _, right in exact_claims(step):
            note("parameters", right)
        printed = theirs.receptive_fields
        for (_, field), ours in zip(printed, fields(experiment(step).architecture, len(printed)) if printed else ()):
            note("receptive fields", field == ours)
        for name, column in (("training accuracies", "train"), ("test accuracies", "test")):
            values = getattr(theirs.log, f"{column}_accuracy")
            for claim in theirs.claims:
                if (claimed := getattr(claim, column)) is not None:
                    digits = 1 if claimed == round(claimed, 1) else 2
                    note(name, any(round(value, digits) == claimed for value in values))
    return {name: (right, given) for name, (right, given) in counts.items()}


def figures_table() -> PageTable:
    """The figures of the sources' tables that are right, by project."""
    by_path = {path: figures(path) for path in PATHS}
    names = list(by_path[PATHS[0]])
    total = {name: tuple(map(sum, zip(*(by_path[path][name] for path in PATHS)))) for name in names}
    return PageTable("Figures in the projects' tables that are right",
                 ("", *names), tuple((path, *(f"{right} of {given}" if given else "–" for right, given in of.values()))
                                     for path, of in {**by_path, "all": total}.items()),
                 "Parameters: counts given to the last digit. Fields: rows of their tables. Accuracies: those that "
                 "some epoch of the project's own log has. What README and notebook both give counts twice; "
                 "drill-down's fields are those of June 2021, which it corrected later.")


def rule_table() -> PageTable:
    """The rule by each candidate's own log: the last five epochs, N = 1, 2, 3, 5, and the run at the end."""
    rows = []
    for step in CANDIDATES:
        log = source(step).log
        rows.append((step_link(step), f"{count_parameters(experiment(step).architecture):,}",
                     *(f"{a:.2f}" for a in log.test_accuracy[-5:]), *("yes" if log.holds(n) else "no" for n in LAST),
                     str(run_at_the_end(log))))
    return PageTable("The rule by each candidate's own log: test accuracy (%) of its last five epochs",
                 ("step", "parameters", *(f"{n} before" for n in (4, 3, 2, 1)), "last",
                  *(f"N\u00a0=\u00a0{n}" for n in LAST), "run"), tuple(rows),
                 "N = 3 asks for the target in each of the last three epochs; the run is the number of last epochs "
                 "that have it, without a gap.")


def unchecked_table() -> PageTable:
    """What cannot be recomputed, with what was read and where."""
    return PageTable("What cannot be recomputed here",
                 ("what is said", "what we read", "where"),
                 tuple((s.sentence, s.evidence, Link(s.where, s.url)) for s in unchecked()), stacked=True)
