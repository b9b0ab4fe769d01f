"""What a try amounts to, in one record, shown as HTML, Markdown and JSON: all three from the same numbers."""

from __future__ import annotations

import dataclasses
import json
import platform
from dataclasses import dataclass
from statistics import fmean

from ... import __version__
from ...training import schema
from .. import challenge as own
from . import figures
from .badge import badge_of
from .page import Html, figure, page, table, text
from .standing import better_and_smaller, places

WORDS = {own.HELD: "It holds: every seed, in each of the last five epochs.",
         own.NEAR: "Nearly: it reaches the rule, and does not hold it with every seed for five epochs.",
         own.FAILS: "It does not hold yet."}


@dataclass(frozen=True)
class Look:
    """One look at the test set: test images classified correctly, a count for each seed."""

    correct: tuple[int, ...]
    images: int
    looks: int


@dataclass(frozen=True)
class Report:
    """A try: the rule sheet, the results of its seeds, what the logbook says, and the look at the test set."""

    entry: own.Entry
    sheet: own.Sheet
    results: tuple[own.Result, ...] = ()
    tries: tuple = ()
    looks: int = 0
    against: str = ""
    look: Look | None = None
    planned_seeds: int = 1

    @property
    def verdict(self) -> own.Verdict | None:
        """The verdict over the seeds; None before any training."""
        return own.judge(self.results) if self.results else None

    @property
    def headline(self) -> str:
        """The report in a line."""
        if not self.sheet.kept:
            return f"Not within the rules. {self.sheet.broken}."
        if not self.results:
            return f"Within the rules. Nothing was trained yet; {time_needed(self)}."
        v = self.verdict
        return (f"{WORDS[v.word]} Held out: {v.mean:.2f} % ({seeds(len(v.seeds))}), and {v.between[0]:.2f} to "
                f"{v.between[1]:.2f} % would do as well by chance of the images"
                + ("." if v.sure else f": {own.RULE:.1f} % lies between, so these images can't tell."))

    def badge(self) -> str:
        """The badge as SVG; empty before any training."""
        return badge_of(self.sheet.parameters, self.verdict.mean, self.verdict.word) if self.results else ""

    def to_dict(self) -> dict:
        """Plain JSON data, with all that is needed to check it, sealed."""
        v = self.verdict
        return schema.sealed(json.loads(json.dumps({
            "format": 1, "network": self.entry.name, "fingerprint": self.entry.fingerprint,
            "recipe": self.entry.recipe.describe(), "parameters": self.sheet.parameters, "field": self.sheet.field,
            "rules": [dataclasses.asdict(f) for f in self.sheet.findings], "kept": self.sheet.kept,
            "headline": self.headline,
            "verdict": v and {"word": v.word, "mean": round(v.mean, 4), "interval": [round(b, 3) for b in v.between],
                              "holds": {str(n): k for n, k in v.holds.items()}, "seeds": list(v.seeds)},
            "results": [dataclasses.asdict(r) for r in self.results],
            "next": list(own.advice(self.sheet, self.results)) if self.results else [],
            "against_the_last_try": self.against,
            "tries": [dataclasses.asdict(t) for t in self.tries], "looks_at_the_test_set": self.looks,
            "test": self.look and dataclasses.asdict(self.look),
            "versions": {"mnist_lib": __version__, "python": platform.python_version(),
                         "torch": self.results[0].machine.get("torch", "") if self.results else ""}})))

    def to_markdown(self) -> str:
        """The report as Markdown, for a pull request or a hand-in."""
        rows = [f"# {mark(self.entry.name)}", "", mark(self.headline), "", "| rule | kept | found |", "|---|---|---|"]
        rows += [f"| {mark(f.rule)} | {f.verdict} | {mark(f.found)} |" for f in self.sheet.findings]
        if self.results:
            rows += ["", "| seed | " + " | ".join(head for head, _ in COLUMNS) + " |"]
            rows += ["|---" * (len(COLUMNS) + 1) + "|"]
            rows += [f"| {r.seed} | " + " | ".join(of(r) for _, of in COLUMNS) + " |" for r in self.results]
            rows += ["", "Next:", "", *(f"- {mark(tip)}" for tip in own.advice(self.sheet, self.results))]
        rows += ["", mark(self.against)] if self.against else []
        rows += ["", tests(self), "", f"Fingerprint `{self.entry.fingerprint}`, mnist_lib {__version__}."]
        return "\n".join(rows) + "\n"

    def to_html(self) -> str:
        """The report as one page that needs nothing else."""
        v = self.verdict
        findings = table(("rule", "", "found"), [
            (f.rule, Html(f'<span class="{f.verdict}">{f.verdict}</span>'), f.found) for f in self.sheet.findings])
        parts = [f'<p class="verdict">{text(self.headline, 2000)}</p>', "<h2>The rules</h2>", findings,
                 f"<p>{text(time_needed(self))}.</p>",
                 table(("layer", "kind", "numbers"), self.sheet.layers[:60], (2,))]
        if self.sheet.table is not None:
            parts.append(figure(figures.svg(figures.field(self.sheet.table, self.sheet.field)),
                                "The dashed line is the width of the image.",
                                "The receptive field, a bar for each layer"))
        if v:
            parts += ["<h2>The training</h2>", figure(
                figures.svg(figures.curves(self.results)), "A line for each seed; the last five epochs are shaded.",
                "Accuracy over the epochs"),
                table(("seed", *(head for head, _ in COLUMNS)),
                      [(r.seed, *(of(r) for _, of in COLUMNS)) for r in self.results], range(6)),
                "<h2>Among the book's networks</h2>", figure(
                    figures.svg(figures.standing(self.sheet.parameters, v.mean)),
                    "The book's are judged on the test set, this one on held-out training images.",
                    "Size against accuracy"), f"<p>{text(among(self))}</p>",
                "<h2>What to try next</h2><ul>",
                *(f"<li>{text(t, 500)}</li>" for t in own.advice(self.sheet, self.results)), "</ul>"]
        parts += ["<h2>The logbook</h2>", f"<p>{text(self.against)}</p>" if self.against else "", logbook(self),
                  "<h2>The test set</h2>", f"<p>{text(tests(self), 500)}</p>",
                  f'<p class="quiet">Fingerprint {self.entry.fingerprint}; mnist_lib {__version__}.</p>']
        return page(self.entry.name, *filter(None, parts))

    _repr_html_ = None  # a notebook shows the sentence; report.html is a file

    def __repr__(self) -> str:
        return self.headline


COLUMNS = (
    ("last epoch (%)", lambda r: f"{r.final:.2f}"), ("best epoch (%)", lambda r: f"{max(r.accuracies):.2f}"),
    *((f"holds {n}", lambda r, n=n: "yes" if r.holds(n) else "no") for n in own.LAST))


def seeds(n: int) -> str:
    """A number of seeds in words."""
    return "one seed" if n == 1 else f"{n} seeds"


def time_needed(report: Report) -> str:
    """How long the trainings that are asked for take here."""
    epochs, number = report.entry.recipe.epochs, report.planned_seeds
    minutes = report.sheet.seconds * epochs * number / 60
    return (f"one epoch takes about {report.sheet.seconds:.0f} s on this machine, {epochs} epochs with {seeds(number)} "
            f"about {minutes:.0f} min")


def among(report: Report) -> str:
    """Where the network stands among the book's, in a sentence."""
    v, better = report.verdict, better_and_smaller(report.sheet.parameters, report.verdict.mean)
    below = sum(p.accuracy <= v.mean for p in places())
    return (f"{below} of the book's {len(places())} networks are not more accurate. "
            + (f"Smaller and more accurate: {', '.join(p.step for p in better[:4])}." if better else
               "None of them is both smaller and more accurate."))


def tests(report: Report) -> str:
    """What the test set said, and how often anyone looked."""
    looked = f"This logbook has {report.looks} look{'s' * (report.looks != 1)} at the test set."
    if report.look is None:
        return looked + " It is for the end: --final looks once."
    accuracies = [100 * n / report.look.images for n in report.look.correct]
    return (f"Test set: {fmean(accuracies):.2f} % after the last epoch ("
            + ", ".join(f"{a:.2f}" for a in accuracies) + f"). {looked}"
            + (" A second look is no test any more: what you changed after the first was chosen with it."
               if report.looks > 1 else ""))


def logbook(report: Report) -> str:
    """The tries as a table."""
    if not report.tries:
        return "<p>No training is in it yet.</p>"
    return table(("try", "network", "parameters", "seeds", "held out (%)", "", "when"), [
        (n, t.entry, f"{t.parameters:,}", len(t.seeds), f"{t.mean:.2f}", t.word, t.when)
        for n, t in enumerate(report.tries, 1)], (0, 2, 3, 4))


def mark(words: object) -> str:
    """Text of unknown origin as Markdown that marks up nothing."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#|~&" else c for c in own.line(words, 2000))
