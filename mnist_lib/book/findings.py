"""Findings: a sentence, what speaks for or against it, and a verdict; also on what a source says.

A verdict is a plain truth ("holds", "does not hold") or comes from a :class:`statistics.Comparison`, and then
says how sure it is. Not clear is no verdict for the opposite.
"""

from collections.abc import Sequence as Pairs
from dataclasses import dataclass
from html import escape

from .links import step_link
from .sources import Statement
from .statistics import CLEAR, HERE, NO_VERDICT, NOT_CLEAR, NOT_CONTRADICTED, Comparison
from .tables import Link

HOLDS, FAILS = "holds", "does not hold"
_MARK = {HOLDS: ("✓", "holds"), FAILS: ("✗", "fails"), NOT_CLEAR: ("≈", "open"), NOT_CONTRADICTED: ("≈", "open"),
         NO_VERDICT: ("?", "open")}  # a shape and how it is drawn; never a colour
_SURE = {CLEAR: "clearly", HERE: "on these images"}
_STYLE = (".verdict{border:1px solid #d3dae2;border-top:3px solid;padding:1em;margin:1em 0;max-width:42.5rem}"
          ".verdict .mark{float:left;font-size:1.5em;margin-right:.6em}.verdict .say{font-weight:600;font-size:1.1em}")
SLIPS = ("typo", "limits")  # kinds that, failing, are counted apart from what does not hold
SEVERITY = {"high": "a conclusion hangs on it", "medium": "wrong or contradictory", "low": "changes nothing"}


@dataclass(frozen=True)
class Finding:
    """A sentence, its evidence, the verdict, and for a comparison how clear it is (``sure``).

    The evidence is a text or pairs of a name and a value; it is folded below the sentence.
    """

    sentence: str
    evidence: str | Pairs[tuple[str, str]]
    verdict: str
    sure: str = ""

    @property
    def kind(self) -> str:
        """The verdict in words: "Holds, clearly"."""
        return ", ".join(filter(None, (self.verdict.capitalize(), _SURE.get(self.sure, self.sure))))

    def _repr_html_(self) -> str:
        return f'<style class="drawn-style">{_STYLE}</style>{self.card()}'

    def card(self, foot: str = "") -> str:
        """The card: mark, kind, sentence, and the numbers behind a click."""
        mark, shape = _MARK[self.verdict]
        behind = f"<p>{escape(self.evidence)}</p>" if isinstance(self.evidence, str) else "<dl>" + "".join(
            f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in self.evidence) + "</dl>"
        return (f'<div class="card verdict"><span class="mark {shape}" aria-hidden="true">{mark}</span>'
                f'<p class="kind">{escape(self.kind)}</p><p class="say">{escape(self.sentence)}</p>'
                f"<details><summary>The numbers behind it</summary>{behind}{foot}</details></div>")

    def __repr__(self) -> str:
        verdict = ", ".join(filter(None, (self.verdict, self.sure)))
        pairs = isinstance(self.evidence, str) or "; ".join(f"{name}: {value}" for name, value in self.evidence)
        evidence = self.evidence if pairs is True else pairs
        return f"[{verdict}] {self.sentence}\n    {evidence}"


def verdict_of(rise: Comparison) -> tuple[str, str]:
    """Whether an expected rise holds, and how clear that is; for an expected fall, give ``-rise``."""
    if not rise.clear:
        return rise.verdict, ""
    return HOLDS if rise.points > 0 else FAILS, rise.verdict


def finding(sentence: str, evidence: str | Pairs[tuple[str, str]],
            verdict: bool | str | Comparison) -> Finding:
    """A finding; its verdict is a truth value, one of the verdicts' names, or an expected rise."""
    sure = ""
    if isinstance(verdict, Comparison):
        verdict, sure = verdict_of(verdict)
    elif not isinstance(verdict, str):
        verdict = HOLDS if verdict else FAILS
    return Finding(sentence, evidence, verdict, sure)


@dataclass(frozen=True, repr=False)
class Checked(Finding):
    """A finding that knows the statement it is about, and through it project, step and severity."""

    statement: Statement | None = None

    @property
    def key(self) -> str:
        """The statement's key."""
        return self.statement.key

    @property
    def slip(self) -> bool:
        """Whether a figure as written is wrong by a typo or a rounding, and nothing more."""
        return self.verdict == FAILS and self.statement.kind in SLIPS

    @property
    def kind(self) -> str:
        """The verdict in words, a slip called a slip."""
        return "A slip" if self.slip else super().kind

    @property
    def severity(self) -> str:
        """The statement's severity: "high", "medium", "low", or empty."""
        return self.statement.severity

    @property
    def path(self) -> str:
        """The path of the project it is about."""
        return self.statement.path

    @property
    def step(self) -> str:
        """The step it is about."""
        return self.statement.step

    def _repr_html_(self) -> str:
        weight = f"{SEVERITY[self.severity].capitalize()}. " if self.severity and self.verdict != HOLDS else ""
        who = "Asked by this book of" if self.statement.own else "Said in"
        read = Link(self.statement.where, self.statement.url)
        foot = f"<p><small>{escape(weight)}{who} {read.html()}. Step: {step_link(self.step).html()}.</small></p>"
        return f'<style class="drawn-style">{_STYLE}</style>{self.card(foot)}'


def answer(statement: Statement, evidence: str, verdict: bool | str | Comparison) -> Checked:
    """What a check says of a statement, after what its source says beside it; verdicts as in :func:`finding`."""
    found = finding(statement.sentence, f"{statement.beside} {evidence}".strip(), verdict)
    return Checked(found.sentence, found.evidence, found.verdict, found.sure, statement)


class Sequence:
    """Findings one below the other: boxes on a page, text elsewhere."""

    def __init__(self, findings):
        self.findings = tuple(findings)

    def _repr_html_(self) -> str:
        return "\n".join(f._repr_html_() for f in self.findings)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.findings))


def listed(things, last: str = "and") -> str:
    """"1, 2 and 3"; "none" for nothing."""
    words = [str(thing) for thing in things]
    return (f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]) if words else "none"
