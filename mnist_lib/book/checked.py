"""A finding about something a source says, and where a reader goes from it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from .findings import HOLDS, Difference, Finding, finding
from .links import step_link
from .sources import Statement
from .tables import Link

SEVERITY = {"high": "a conclusion hangs on it", "medium": "wrong or contradictory", "low": "changes nothing"}


@dataclass(frozen=True, repr=False)
class Checked(Finding):
    """A finding that knows the statement it is about, and through it project, step and severity."""

    statement: Statement | None = None

    @property
    def key(self) -> str:
        """The statement's key."""
        return self.statement.key

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
        read = Link("the source's notebook", self.statement.url)
        foot = f"<p><small>{escape(weight)}Step: {step_link(self.step).html()}; {read.html()}.</small></p>"
        return super()._repr_html_().removesuffix("</div>") + foot + "</div>"


def answer(statement: Statement, evidence: str, verdict: bool | str | Difference) -> Checked:
    """What a check says of a statement; verdicts as :func:`findings.finding` takes them."""
    found = finding(statement.sentence, evidence, verdict)
    return Checked(found.sentence, found.evidence, found.verdict, statement)


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
