"""What a try amounts to, in one record, shown as HTML and JSON: both from the same numbers.

A report that lies in a file is believed only as far as it agrees with itself.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from ... import __version__
from ...book import digits
from ...files import read_json
from ...training import schema
from .. import challenge as own
from . import figures
from .badge import badge_of
from .page import Html, figure, page, table, text
from .standing import places

SHOWN = 40  # misclassified images
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
    terms: own.Terms = own.TERMS
    split: own.Split = own.Split()

    @property
    def verdict(self) -> own.Verdict | None:
        """The verdict over the seeds; None before any training."""
        return own.judge(self.results, self.terms.target) if self.results else None

    @property
    def next(self) -> tuple[str, ...]:
        """What to try next; nothing before any training."""
        if self.results and not self.split.whole:
            return ("A rehearsal shows that it runs. Leave --images out for what it can do.",)
        return own.advice(self.sheet, self.results, self.terms) if self.results else ()

    @property
    def headline(self) -> str:
        """The report in a line."""
        if not self.sheet.kept:
            return f"Not within the rules. {self.sheet.broken}."
        if not self.results:
            return f"Within the rules. Nothing was trained yet; {time_needed(self)}."
        v = self.verdict
        word = WORDS[v.word] if v.mean >= own.LEARNT or not self.split.whole else "It did not learn."
        return (f"{rehearsal(self.split)}{word} Held out: {v.mean:.2f} % ({seeds(len(v.seeds))}), and "
                f"{v.between[0]:.2f} to {v.between[1]:.2f} % would do as well by chance of the images"
                + ("." if v.sure else f": {self.terms.target:.2f} % lies between, so these images can't tell."))

    def badge(self) -> str:
        """The badge as SVG; empty before any training."""
        return badge_of(self.sheet.parameters, self.verdict.mean,
                        self.verdict.word if self.split.whole else "rehearsal") if self.results else ""

    def to_dict(self) -> dict:
        """Plain JSON data, with all that is needed to check it, sealed."""
        v = self.verdict
        return schema.sealed(json.loads(json.dumps({
            "format": 1, "network": self.entry.name, "fingerprint": self.entry.fingerprint,
            "recipe": self.entry.recipe.describe(), "recipe_in_words": self.entry.recipe_in_words,
            "told": self.entry.told, "terms": dataclasses.asdict(self.terms),
            "parameters": self.sheet.parameters, "field": self.sheet.field,
            "rules": [dataclasses.asdict(f) for f in self.sheet.findings], "kept": self.sheet.kept,
            "headline": self.headline,
            "verdict": v and _verdict(v),
            "results": [dataclasses.asdict(r) for r in self.results],
            "next": list(self.next),
            "against_the_last_try": self.against,
            "tries": [dataclasses.asdict(t) for t in self.tries], "looks_at_the_test_set": self.looks,
            "test": self.look and dataclasses.asdict(self.look),
            "versions": {"mnist_lib": __version__, "python": platform.python_version(),
                         "torch": self.results[0].machine.get("torch", "") if self.results else ""}})))

    def to_html(self) -> str:
        """The report as one page that needs nothing else."""
        v = self.verdict
        parts = [banner(self.split), f'<p class="verdict">{text(self.headline, 2000)}</p>',
                 *(f"<p>{text(told, 500)}</p>" for told in self.entry.told),
                 *rules_of([dataclasses.astuple(f) for f in self.sheet.findings], self.sheet.layers),
                 f"<p>{text(time_needed(self))}.</p>"]
        if self.sheet.table is not None:
            parts.append(figure(figures.svg(figures.field(self.sheet.table)),
                                "The dashed line is the width of the image.",
                                "The receptive field, a bar for each layer"))
        if v:
            running = [[epoch.accuracy for epoch in r.epochs] for r in self.results]
            parts += [
                *trainings_of(self.results, self.terms.target, running), self._wrong(),
                "<h2>Among the book's networks</h2>", figure(
                    figures.svg(figures.standing([(self.sheet.parameters, v.mean)], self.terms)),
                    "The book's are judged on the test set, this one on held-out training images.",
                    "Size against accuracy"), f"<p>{text(among(self))}</p>",
                "<h2>What to try next</h2><ul>",
                *(f"<li>{text(t, 500)}</li>" for t in self.next), "</ul>"]
        parts += ["<h2>The logbook</h2>", f"<p>{text(self.against)}</p>" if self.against else "", logbook(self),
                  "<h2>The test set</h2>", f"<p>{text(tests(self), 500)}</p>",
                  f'<p class="quiet">Fingerprint {self.entry.fingerprint}; mnist_lib {__version__}.</p>']
        return page(self.entry.name, *filter(None, parts))

    def _wrong(self) -> str:
        """The held-out images that the first seed got wrong, as far as they fit a page."""
        first = self.results[0]
        if not first.wrong:
            return ""
        images, labels = self.split.load()[2:]
        shown = first.wrong[:SHOWN]
        picture = digits(images[[place for place, _ in shown]], [f"{labels[place]}: {said}" for place, said in shown])
        told = (f"{len(first.wrong):,} of {first.held_out:,} held-out images are wrong with seed {first.seed}"
                + (f"; here are the first {len(shown)}" if len(shown) < len(first.wrong) else "")
                + ". Above each: what it is, and what the network says.")
        return figure(figures.svg(picture.figure), told, "The misclassified images")

    _repr_html_ = None  # a notebook shows the sentence; report.html is a file

    def __repr__(self) -> str:
        return self.headline


def rules_of(findings: Iterable[tuple[str, str, str]], layers: Sequence) -> list[str]:
    """The rules, (rule, verdict, found), and the layers, as parts of a page."""
    return ["<h2>The rules</h2>", table(("rule", "kept", "found"), [
        (rule, Html(f'<span class="{v if v in ("yes", "no") else "look"}">{text(v)}</span>'), found)
        for rule, v, found in findings]), table(("layer", "kind", "numbers"), layers[:60], (2,))]


def trainings_of(results: Sequence, target: float, training: Sequence = ()) -> list[str]:
    """The trainings, results or grades, as parts of a page."""
    return ["<h2>The training</h2>", figure(
        figures.svg(figures.curves(results, training, target=target)),
        "A line for each seed; the last five epochs are shaded.", "Accuracy over the epochs"), table(
        ("seed", "before any (%)", "last epoch (%)", "best epoch (%)", *(f"holds {n}" for n in own.LAST)), [
            (r.seed, *("" if n is None else f"{100 * n / r.held_out:.2f}" for n in (
                r.before, r.correct[-1], max(r.correct))),
             *("yes" if own.holds(r, n, target) else "no" for n in own.LAST)) for r in results], range(7))]


def rehearsal(split: own.Split) -> str:
    """Whether it is one, in front of everything else."""
    return "" if split.whole else f"REHEARSAL on {split.images:,} of 55,000 images, no verdict. "


def banner(split: own.Split) -> str:
    """The same in large letters."""
    return "" if split.whole else f'<p class="rehearsal">{text(rehearsal(split))}</p>'


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
    all_of_it = places()
    more = [p for p in all_of_it if p.accuracy > report.verdict.mean]
    better = [p.step for p in more if p.parameters < report.sheet.parameters]
    return (f"{len(all_of_it) - len(more)} of the book's {len(all_of_it)} networks are not more accurate. "
            + (f"Smaller and more accurate: {', '.join(better[:4])}." if better else
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
    return table(("try", "network", "recipe", "parameters", "seeds", "held out (%)", "verdict", "when"), [
        (n, t.entry, t.recipe, f"{t.parameters:,}", len(t.seeds), f"{t.mean:.2f}", t.word, t.when)
        for n, t in enumerate(report.tries, 1)], (0, 3, 4, 5))


def _verdict(verdict: own.Verdict) -> dict:
    """A verdict as JSON data."""
    return {"word": verdict.word, "mean": round(verdict.mean, 4), "interval": [round(b, 3) for b in verdict.between],
            "holds": {str(n): k for n, k in verdict.holds.items()}, "seeds": list(verdict.seeds)}


def load_report(file: Path) -> dict:
    """The content of a ``report.json``; ``ValueError`` names the file and what in it does not agree.

    The seal has to fit, the verdict to be that of the results, and these to belong to one network.
    """
    try:
        told = schema.unsealed(read_json(file))
        results = [own.result_from(each) for each in told["results"]]
        if results and (problem := _problem(told, results)):
            raise ValueError(problem)
        return told
    except (OSError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{file} is no report of a try ({type(error).__name__}: {own.line(error)})") from error
    except ValueError as error:
        raise ValueError(f"{file} is no report that can be believed: {error}") from error


def _problem(told: dict, results: list) -> str:
    """What the parts of a report have against each other, or an empty string."""
    verdict = own.judge(results, (told.get("terms") or {}).get("target", own.TERMS.target))
    first, test = results[0], told["test"]
    tries = [line["mean"] for line in told["tries"] if line["fingerprint"] == told["fingerprint"]]
    return next((problem for found, problem in (
        (told["verdict"] != _verdict(verdict), "its verdict is not that of its results"),
        (len({(r.fingerprint, r.parameters, r.split, len(r.epochs)) for r in results}) > 1
         or len(set(verdict.seeds)) < len(results), "its results are not those of one network with several seeds"),
        ((first.fingerprint, first.parameters) != (told["fingerprint"], told["parameters"]),
         "its results are those of another network"),
        (told["recipe"]["epochs"] != len(first.epochs), "its recipe has another number of epochs than its results"),
        (tries[-1:] != [told["verdict"]["mean"]], "its logbook has no such try"),
        (test and not (
            len(test["correct"]) == len(results) and told["looks_at_the_test_set"] == test["looks"] >= 1
            and all(type(n) is int and 0 <= n <= test["images"] for n in test["correct"])),
         "its counts of the test set do not agree")) if found), "")
