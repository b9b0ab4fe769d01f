"""Checks of what the sources say against what their own logs show.

Each takes a statement and answers with a finding; ``audit.py`` knows them by name. Epochs
count from 1, accuracies are in per cent, and a test image is 0.01 points.
"""

from __future__ import annotations

from ...book import FAILS, NO_VERDICT, RULE, Checked, Log, Statement, answer, listed, signed, source, steps
from ...experiments import experiment
from ...networks import count_parameters
from ...training import TEST_IMAGES


def images(accuracy: float) -> int:
    """An accuracy as a number of test images."""
    return round(accuracy * TEST_IMAGES / 100)


def reaching(log: Log, accuracy: float = RULE) -> list[int]:
    """The epochs whose test accuracy is at least this."""
    return [e for e, a in enumerate(log.test_accuracy, 1) if images(a) >= images(accuracy)]


def run_at_the_end(log: Log, accuracy: float = RULE) -> int:
    """How many last epochs, without a gap, have at least this test accuracy."""
    return next((n - 1 for n in range(1, len(log.test_accuracy) + 1) if not log.holds(n, accuracy)),
                len(log.test_accuracy))


def holds_the_rule(s: Statement) -> Checked:
    """The target accuracy in each of the last N epochs, for every N in ``last``."""
    log, last = source(s.step).log, s.figures["last"]
    epochs, short = reaching(log), images(RULE) - images(log.final)
    where = f" ({listed(epochs)})" if epochs else ""
    run = run_at_the_end(log)
    end = (f"The last epoch misses it by {short} image{'s' * (short > 1)}" if short > 0 else
           f"The last {run} epochs have it" if run > 1 else "Of the last two epochs only the last has it")
    return answer(s, f"Last five epochs of its log: {', '.join(f'{a:.2f}' for a in log.test_accuracy[-5:])}. "
                     f"{RULE:.2f} % is reached in {len(epochs)} of {len(log.test_accuracy)} epochs{where}. {end}.",
                  all(log.holds(n) for n in last))


def stays_above(s: Statement) -> Checked:
    """A best accuracy, a floor for the last epochs, and the parameter count where it is said."""
    f, log = s.figures, source(s.step).log
    count = count_parameters(experiment(s.step).architecture)
    best, last = reaching(log, f["test"]), log.test_accuracy[-f["last"]:]
    right = f.get("parameters", count) == count and images(log.best) == images(f["test"])
    return answer(s, f"{count:,} parameters; {log.best:.2f} % in epoch {listed(best)}; the last {f['last']} epochs "
                     f"have {listed(f'{a:.2f}' for a in last)}.", right and min(last) >= f["low"])


def log_has(s: Statement) -> Checked:
    """A claimed best accuracy is the highest of its column in the log, at the decimals it is written with."""
    log, digits, found, right = source(s.step).log, s.figures.get("digits", 2), [], []
    columns = {"train": ("training", log.train_accuracy), "test": ("test", log.test_accuracy)}
    for column, (name, values) in columns.items():
        best = max(values)
        if column in s.figures:
            claimed = s.figures[column]
            right.append(round(best, digits) == round(claimed, digits))
            found.append(f"the highest {name} accuracy of the log is {best:.2f} (epoch {values.index(best) + 1}), the "
                         f"last {values[-1]:.2f}" + ("" if right[-1] else
                         f"; {claimed:.{digits}f} is off by {signed(claimed - best)} points"))
        elif any(round(v, 2) == best for v in s.figures.values() if isinstance(v, float)):
            found.append(f"the figure is the highest {name} accuracy")
    evidence = "; ".join(found)
    return answer(s, evidence[0].upper() + evidence[1:] + ".", all(right))


def starts_at(s: Statement) -> Checked:
    """An accuracy within the first epoch, of which a log keeps the end alone: no verdict, unless it is one of these."""
    log, claimed = source(s.step).log, s.figures["accuracy"]
    first = (log.train_accuracy[0], log.test_accuracy[0])
    return answer(s, f"At the end of epoch 1 the log has {first[0]:.2f} in training and {first[1]:.2f} in the test. Of "
                     "single batches it keeps nothing.", True if claimed in first else NO_VERDICT)


def one_log(points: float) -> str:
    """The verdict on a rise read in one training: none, or that its own log shows no rise."""
    return NO_VERDICT if points > 0 else FAILS


def read(points: float) -> str:
    """A difference of two readings: "+0.06 points, +6 images"."""
    return f"{signed(points)} points, {signed(images(points), 0)} images"


def overfits(s: Statement) -> Checked:
    """Training images are read better than test images, both in evaluation mode, by our trainings of the step.

    What a log prints of the training images is a running mean with dropout and augmentation on, and decides nothing.
    """
    from ...book import gap

    log, (apart, on_training) = source(s.step).log, gap(s.step)
    printed = max(log.train_accuracy) - log.best
    return answer(s, f"Best accuracies of its log: {max(log.train_accuracy):.2f} in training, a running mean over an "
                     f"epoch, and {log.best:.2f} in the test, {signed(printed)} points. Measured alike, in evaluation "
                     f"mode, in {len(on_training)} trainings of ours: training less test {apart}.", apart)


def stops_rising(s: Statement) -> Checked:
    """No test accuracy after an epoch above the best up to it, in the source's one training."""
    log, epoch = source(s.step).log, s.figures["epoch"]
    before, after = log.test_accuracy[:epoch], log.test_accuracy[epoch:]
    higher = [f"epoch {e}: {a:.2f}" for e, a in enumerate(after, epoch + 1) if a > max(before)]
    return answer(s, f"Epoch {epoch}: {before[-1]:.2f}, best until then {max(before):.2f}; higher afterwards: "
                     f"{listed(higher)}. Rise of the best: {read(max(after) - max(before))}.", not higher)


def gains_over_the_step_before(s: Statement) -> Checked:
    """The best accuracy of a step against that of the step before, one training each."""
    now, before = source(s.step).log, source(experiment(s.step).before).log
    return answer(s, f"Best epoch {before.best:.2f} before, {now.best:.2f} now: {read(now.best - before.best)}. Last "
                     f"epoch: {read(now.final - before.final)}. One training each.", one_log(now.best - before.best))


def moves(s: Statement) -> Checked:
    """The direction of the best training and test accuracy against each step in ``against``, or the step before.

    Where a source names no step to compare with and the readings disagree, there is no verdict.
    """
    now, found, right = source(s.step).log, [], []
    for name in s.figures.get("against", (experiment(s.step).before,)):
        before = source(name).log
        sides = {"train": (max(before.train_accuracy), max(now.train_accuracy)), "test": (before.best, now.best)}
        right.append(all(("rises" if b > a else "falls") == s.figures[side] for side, (a, b) in sides.items()))
        found.append(f"Against {name}: training {sides['train'][0]:.2f} to {sides['train'][1]:.2f}, test "
                     f"{sides['test'][0]:.2f} to {sides['test'][1]:.2f} (best epochs).")
    return answer(s, " ".join(found), right[0] if len(set(right)) == 1 else NO_VERDICT)


def best_is_last(s: Statement) -> Checked:
    """The best reading of a log is its last one, in every step."""
    logs = [source(step).log for step in s.figures.get("steps", steps())]
    extra = [images(log.best) - images(log.final) for log in logs]
    readings = sorted({len(log.test_accuracy) for log in logs})
    return answer(s, f"In {sum(e > 0 for e in extra)} of {len(logs)} logs the best reading lies above the last one: by "
                     f"{sum(extra) / len(extra):.1f} images on average and {max(extra)} at most. Each is the best of "
                     f"{listed(readings, 'or')} readings of the test images, by which epoch, network and rates were "
                     "chosen; no project has a validation split.", not any(extra))


def ends_at(s: Statement) -> Checked:
    """Parameters and last test accuracy of a notebook that was deleted later; what the step is ``now``."""
    f, log = s.figures, source(s.step).log
    count, now = count_parameters(experiment(s.step).architecture), experiment(f["now"])
    return answer(s, f"The notebook of that time has {count:,} parameters, ends at {log.final:.2f} % and has "
                     f"{log.best:.2f} % at best. It was replaced later: {now.step} now has "
                     f"{count_parameters(now.architecture):,}.", (count, log.final) == (f["parameters"], f["test"]))


def shows_mistakes_of_the_last_epoch(s: Statement) -> Checked:
    """Mistakes of every epoch go on a list; which epoch are the first ``shown`` of it from?

    Replays the log: as many entries an epoch as it has test mistakes, and the list emptied
    before an epoch only where it is ``cleared``.
    """
    listing: list[int] = []
    log = source(s.step).log
    for epoch, accuracy in enumerate(log.test_accuracy, 1):
        if s.figures["cleared"]:
            listing.clear()
        listing += [epoch] * (TEST_IMAGES - images(accuracy))
    epochs = sorted(set(listing[:s.figures["shown"]]))
    return answer(s, f"After {len(log.test_accuracy)} epochs the list has {len(listing):,} entries, "
                     f"{listing.count(1):,} of them from epoch 1. The first {s.figures['shown']}, which are shown, are "
                     f"from epoch {listed(epochs)}.", epochs == [len(log.test_accuracy)])


CHECKS = (holds_the_rule, stays_above, log_has, starts_at, overfits, stops_rising, gains_over_the_step_before, moves,
          best_is_last, ends_at, shows_mistakes_of_the_last_epoch)
