"""What a step's sheet shows: its numbers, what it changes, its network, its result beside the student's, its mistakes.

Each function takes a step's name, ``"six-models/batchnorm"``, and computes everything from the catalogue, the records
and ``sources.json``. Tables are the book's two kinds: ``stack`` for words, whose rows become blocks on a phone, and
``sticky`` for numbers, whose first column stays. The sheets are ``book/paths/<path>/<step>.md``.
"""

import contextlib
import io
from collections.abc import Sequence
from html import escape

import torch

from ..data import mnist
from ..experiments import ALL_PATHS, experiment
from ..networks import build, count_parameters, flat_layers
from ..rf import receptive_field
from ..training import TEST_IMAGES
from . import changes as differences
from . import draw, summaries
from .budget import LIMIT
from .changes import images, in_words, shapes
from .drawing import OPS
from .findings import FAILS, Finding, finding
from .kit import Html, table
from .sources import RULE, source
from .statistics import ENOUGH, NO_VERDICT, Comparison, Spread, compare, holm, prediction
from .summaries import LAST, Summary, recorded
from .tables import signed
from .timing import KINDS, durations, span

IMAGE = (1, 28, 28)
COUNTS = "no one two three four five six seven eight nine ten".split()
HIDDEN = "not contradicted"  # the verdict on a result that lies where one more training could end


def facts(name: str) -> draw.Figure:
    """The three numbers at the top: parameters, accuracy after the last epoch, trainings that end at the target."""
    step, of = experiment(name), summaries.summary(name)
    before = count_parameters(experiment(step.before).architecture) if step.before else None
    more = of.parameters - before if before else 0
    size = f"{LIMIT:,} are allowed"
    if of.parameters > 2 * LIMIT:
        size = f"{of.parameters / LIMIT:,.0f} times the limit"
    elif before and before < 2 * LIMIT:
        size = f"{abs(more):,} {'more' if more > 0 else 'fewer'} than before" if more else "as many as before"
    n = len(of.seeds)
    return draw.facts((f"{of.parameters:,}", f"parameters, {size}"),
                      (f"{of.final.mean:.2f} %", f"after the last epoch, {_mean_of(n)}"),
                      (f"{of.holds[1]} of {n}", f"training{'s' * (n > 1)} end{'s' * (n == 1)} at the target"))


def numbers(name: str) -> dict[str, str]:
    """What the sheet's prose says of a step, ready to be glued; with ``before_`` in front, of the step before."""
    before = experiment(name).before
    values = summaries.numbers(name)
    if before:
        values |= {f"before_{key}": value for key, value in summaries.numbers(before).items()}
    if theirs := source(name):
        held = [n for n in LAST if theirs.log.holds(n)]
        values |= {"source_wrong": f"{round(100 * (100 - theirs.log.final))}", "source_epoch":
                   str(theirs.log.test_accuracy.index(theirs.log.best) + 1), "source_held": str(max(held, default=0))}
    return values


# --- tables ---------------------------------------------------------------------------------------

def changes(name: str) -> Html:
    """What a step changes from the one before it, with the reasons; of a path's first step, what it starts with."""
    step = experiment(name)
    if step.before is None:
        rows = [("parameters", f"{count_parameters(step.architecture):,}"),
                ("unit", in_words(differences.unit(step.architecture.unit))),
                ("training images", images(step.transforms)),
                *((in_words(words), differences.describe(getattr(step, key)))
                  for key, words in differences.NAMES.items() if key in ("batch_size", "optimizer", "epochs"))]
        return table("What the path starts with", ("setting", "value"), rows, "stack")
    rows = differences.rows(experiment(step.before), step)
    if count_parameters(experiment(step.before).architecture) > 2 * LIMIT:  # another network altogether
        rows = [*shapes(experiment(step.before), step, rows[0][-1]),
                *(row for row in rows if not row[0].startswith("network"))]
    rows = [(in_words(setting), *((images(experiment(step.before).transforms), images(step.transforms))
                                if setting == "training images" else (in_words(old), in_words(new))), why)
            for setting, old, new, why in rows]
    return table(f"From {step.before} to {name}", ("setting", "before", "after", "why"), rows, "stack")


def field(name: str) -> Html:
    """The receptive-field table, without the layers that move nothing: normalization, ReLU, dropout."""
    found = _table(name)
    rows, convs, pools = [("image", "1", "1", "28", "", "", "1", "")], 0, 0
    for row in found:
        if row.plain:
            continue
        convs, pools = convs + (row.op == "conv"), pools + (row.op != "conv")
        label = f"conv {convs}" if row.op == "conv" else OPS.get(row.op, row.op)
        rows.append((label, f"{row.output[0].field}", f"{row.ch_out:,}", f"{row.output[0].size}", _first(row.kernel),
                     _first(row.stride), f"{row.output[0].jump}", f"{row.parameters:,}" if row.parameters else "–"))
    norms = [row.parameters for row in found if row.op == "batchnorm"]
    rows += [(f"{len(norms)} × batch norm", *[""] * 6, f"{sum(norms):,}")] * bool(norms)
    rows.append(("in all", rows[-1 - bool(norms)][1], *[""] * 5, f"{found.parameters:,}"))
    heads = ("layer", "sees, px", "channels", "size", "kernel", "stride", "jump", "param.")
    return table("Receptive field, layer by layer", heads, rows, "sticky", aside=("kernel", "stride", "jump"))


def fields(name: str) -> list[int]:
    """The receptive field after each convolution and pooling, in pixels."""
    return [row.output[0].field for row in _table(name) if not row.plain]


def norms(name: str) -> int:
    """The parameters of a step's normalizations."""
    return sum(row.parameters for row in _table(name) if row.op == "batchnorm")


def result(name: str) -> Html:
    """Ours over the seeds beside the student's own log, where there is one."""
    of, theirs = summaries.summary(name), source(name)
    log = theirs.log if theirs else None
    rows = [("parameters", f"{of.parameters:,}", theirs.claimed("parameters") if theirs else ""),
            ("test, last epoch", _spread(of.final), log and f"{log.final:.2f} %"),
            ("test, best epoch", _spread(of.best), log and f"{log.best:.2f} %"),
            ("training, last epoch", _spread(of.train), log and f"{log.train_accuracy[-1]:.2f} %"),
            *(_held(of, log, n) for n in ((1, 5) if log else LAST))]
    n = len(of.seeds)
    heads = ("", f"ours, {_count(n)} training{'s' * (n > 1)}", "the student, one training")
    if log is None:
        return table(f"{name}: ours", heads[:2], [row[:2] for row in rows], "stack")
    return table("Ours and the student's", heads, rows, "stack")


def _held(of: Summary, log, last: int) -> tuple[str, str, str]:
    words = "the last epoch" if last == 1 else f"each of the last {_count(last)}"
    if log is None:
        return f"{RULE:.1f} % in {words}", str(of.share(last)), ""
    return f"{RULE:.1f} % in {words}", f"{of.holds[last]} of {len(of.seeds)}", "yes" if log.holds(last) else "no"


# --- network and training -------------------------------------------------------------------------

def summary(name: str) -> Html:
    """What torchsummary prints of a step's network, in a fold. No random number of a later cell is drawn."""
    from mnist_lib import need

    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()) as out:
        need("torchsummary").summary(build(experiment(name).architecture).eval(), IMAGE, device="cpu")
    printed = out.getvalue().strip("\n")
    return Html(f'<details class="fold"><summary>The layers as torchsummary prints them</summary>'
                f"<pre>{escape(printed)}</pre></details>", printed)


def trained(name: str) -> Html:
    """What the recorded trainings ran on and how long an epoch took, in a sentence; a GPU where one was measured."""
    of = recorded(name)
    told = " and ".join(f"on {KINDS[device]}, about {span(t.epoch)} an epoch" for device, t in durations(of).items())
    text = f"{_count(len(of)).capitalize()} training{'s' * (len(of) > 1)} {told}."
    return Html(f"<p>{escape(text)}</p>", text)


def mistakes(name: str, count: int = 20) -> draw.Figure:
    """The first ``count`` test images that seed 0 gets wrong, each with what it is and what the network reads."""
    run = recorded(name)[0]
    images, labels = mnist("test").images, mnist("test").labels
    cells = []
    for index, read in run.misclassified[:count]:
        true = int(labels[index])
        cells.append(f'<div><img src="{draw.png(images[index, 0].tolist())}" width="56" height="56" style="background:'
                     f'#05080c" alt="test image {index}: a {true}, read as {read}"><span>{true}→{read}</span></div>')
    caption = (f"The first {len(cells)} of the {len(run.misclassified)} test images that seed {run.seed} gets wrong: "
               "what it is, and what the network reads.")
    return draw.Figure(f'<div class="mistakes">{"".join(cells)}</div>', caption)


# --- verdicts -------------------------------------------------------------------------------------

def gain(sentence: str, before: str, after: str, *, falls: bool = False) -> Finding:
    """A verdict on the last epochs of two steps; with ``falls`` the sentence says that ``after`` is worse.

    ``{images}`` in the sentence stands for the size of the difference, in test images.
    """
    of = summaries.gain(before, after)
    return finding(sentence.replace("{images}", f"{abs(of.images):.0f}"), evidence(of), -of if falls else of)


def evidence(of: Comparison, *more: tuple[str, str], name: str = "difference") -> list[tuple[str, str]]:
    """The numbers behind a comparison, as (name, value): the difference and its intervals, the second if it differs."""
    pairs = [(name, f"{signed(of.points)} points" + f", {signed(of.images, 0)} images" * of.tested)]
    if (over_seeds := of.interval()) is not None:
        pairs.append(("95 %, over the trainings", str(over_seeds)))
        both = of.interval(images=True)
        if both is not None and str(both) != str(over_seeds):
            pairs.append(("95 %, over images and trainings", f"{'at most ' * of.bound}{both}"))
    return pairs + list(more)


def theirs(name: str) -> Finding:
    """Whether one more training of ours could have ended where the student's did: no proof that the two are equal."""
    ours, log = summaries.summary(name).final, source(name).log
    rows = [("the student, last epoch", f"{log.final:.2f} %"), (f"ours, {_count(len(ours.values))}", _range(ours))]
    if (interval := prediction(ours)) is None:
        return finding("One training of ours can't say how usual the student's result is.",
                       [*rows, ("needed", f"{ENOUGH} trainings or more")], NO_VERDICT)
    low, high = interval.low, min(interval.high, 100.0)
    rows.append(("one more of ours, 95 of 100 times", f"{low:.2f} to {high:.2f} %, {high - low:.2f} points wide"))
    inside = interval.low <= log.final <= interval.high
    return finding("The student's result is one that our training could give.", rows, HIDDEN if inside else FAILS)


def overfits(sentence: str, name: str) -> Finding:
    """Whether the records show more on training images than on test images.

    ``ValueError`` for a step with dropout or augmentation: there the record's training accuracy is that of a harder
    task, and cannot say it.
    """
    if harder := harder_in_training(name):
        raise ValueError(f"{name}: its training accuracy was measured with {harder} on")
    of, apart = summaries.summary(name), gap(name)
    return finding(sentence, [("training images, while it learns", f"{of.train.mean:.2f} %"),
                              ("test images, after it", f"{of.final.mean:.2f} %"), *evidence(apart)], apart)


def gap(name: str) -> Comparison:
    """By how much the running training accuracy of the last epoch lies above the test accuracy."""
    of = summaries.summary(name)
    return compare(of.final, of.train, paired=True, images=(TEST_IMAGES, 60_000))


def harder_in_training(name: str) -> str:
    """What makes a step's training images harder than its test images: "dropout and augmentation", or nothing."""
    step = experiment(name)
    masks = any(layer.op == "dropout" and layer.p for _, layer in flat_layers(step.architecture))
    return " and ".join(words for words, on in (("dropout", masks), ("augmentation", step.augmented)) if on)


def steps(path: str) -> Html:
    """A project's steps side by side: size, accuracy, what each gains over the one before, and the students' log."""
    rows, family = [], {}
    names = [step.name for step in ALL_PATHS[path] if recorded(step)]
    for name in names:
        if (before := experiment(name).before) in names:
            family[name] = summaries.gain(before, name)
    together = dict(zip(family, holm(list(family.values())), strict=True))
    for name in names:
        of, log = summaries.summary(name), source(name).log if source(name) else None
        gained = f"{signed(family[name].images, 0)}\n{together[name]}" if name in family else "–"
        rows.append((draw.title(name), f"{of.parameters:,}", f"{of.final.mean:.2f}", gained,
                     f"{of.holds[5]} of {len(of.seeds)}", f"{log.final:.2f}" if log else "–",
                     "–" if log is None else "yes" if log.holds(5) else "no"))
    heads = ("step", "parameters", "test, %", "images\ngained", "hold five epochs", "the student, %", "holds five")
    return table(f"The steps of {path}", heads, rows, "sticky", aside=heads[4:])


# --- words ----------------------------------------------------------------------------------------

def _table(name: str):
    with torch.random.fork_rng(devices=[]):
        return receptive_field(build(experiment(name).architecture).eval(), IMAGE)


def _first(pair: Sequence[int] | None) -> str:
    return f"{pair[0]}" if pair else "–"


def _count(n: int) -> str:
    return COUNTS[n] if n < len(COUNTS) else str(n)


def _mean_of(n: int) -> str:
    return f"mean of {_count(n)}" if n > 1 else "one training"


def _range(of: Spread) -> str:
    return f"{of.mean:.2f} %" if of.sd is None else f"{of.low:.2f} to {of.high:.2f} %"


def _spread(of: Spread) -> str:
    return f"{of.mean:.2f} %" + ("" if of.sd is None else f" ({of.low:.2f} to {of.high:.2f})")
