"""Checks of what the sources say against what their own logs show.

Each takes a statement and answers with a finding; ``audit.py`` knows them by name. Epochs
count from 1, accuracies are in per cent, and a test image is 0.01 points.
"""

from __future__ import annotations

from ...book import FAILS, NO_VERDICT, RULE, Checked, Log, Statement, answer, listed, signed, source, steps
from ...experiments import PATHS, experiment
from ...networks import count_parameters
from ...training import TEST_IMAGES

LIMITS = {"parameters": 8_000, "epochs": 15}


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
    """A best accuracy, a parameter count, and a floor for the last epochs."""
    f, log = s.figures, source(s.step).log
    count, floor = count_parameters(experiment(s.step).architecture), min(log.test_accuracy[-f["last"]:])
    best = reaching(log, f["test"])
    return answer(s, f"{count:,} parameters; {log.best:.2f} % in epochs {listed(best)}; "
                     f"at least {floor:.2f} % in each of the last {f['last']} epochs.",
                  count == f["parameters"] and images(log.best) == images(f["test"]) and floor >= f["low"])


def log_has(s: Statement) -> Checked:
    """A claimed best accuracy is the highest of its column in the log, at the decimals it is written with."""
    log, digits, found, right = source(s.step).log, s.figures.get("digits", 2), [], []
    columns = {"train": ("training", log.train_accuracy), "test": ("test", log.test_accuracy)}
    for column, (name, values) in columns.items():
        best, last = max(values), values[-1]
        if column in s.figures:
            claimed = s.figures[column]
            right.append(round(best, digits) == round(claimed, digits))
            found.append(f"claimed {name} accuracy {claimed:.{digits}f}; highest in the log {best:.2f} (epoch "
                         f"{values.index(best) + 1}), last {last:.2f}, so the claim is off by "
                         f"{signed(claimed - best)} points" if not right[-1] else
                         f"claimed {name} accuracy {claimed:.{digits}f}, as the log has it (highest {best:.2f})")
        elif any(round(v, 2) == best for v in s.figures.values() if isinstance(v, float)):
            found.append(f"the figure is the highest {name} accuracy")
    evidence = "; ".join(found)
    return answer(s, evidence[0].upper() + evidence[1:] + ".", all(right))


def starts_at(s: Statement) -> Checked:
    """The first epoch's accuracy, in training or in the test."""
    log, claimed = source(s.step).log, s.figures["accuracy"]
    first = (log.train_accuracy[0], log.test_accuracy[0])
    return answer(s, f"Claimed {claimed:.2f}. Epoch 1 of the log: {first[0]:.2f} in training, {first[1]:.2f} in the "
                     "test.", claimed in first)


def in_one_epoch(s: Statement) -> Checked:
    """A training and a test accuracy that belong to one epoch."""
    log, train, test = source(s.step).log, s.figures["train"], s.figures["test"]
    epochs = [[e for e, a in enumerate(values, 1) if a == claimed]
              for values, claimed in ((log.train_accuracy, train), (log.test_accuracy, test))]
    return answer(s, f"The log has {train:.2f} in training in epoch {listed(epochs[0])} and {test:.2f} in the test in "
                     f"epoch {listed(epochs[1])}; its last epoch has {log.train_accuracy[-1]:.2f} and "
                     f"{log.final:.2f}.", bool(set(epochs[0]) & set(epochs[1])))


def one_log(points: float) -> str:
    """The verdict on a rise read in one training: none, or that its own log shows no rise."""
    return NO_VERDICT if points > 0 else FAILS


def read(points: float) -> str:
    """A difference of two readings: "+0.06 points, +6 images"."""
    return f"{signed(points)} points, {signed(images(points), 0)} images"


def overfits(s: Statement) -> Checked:
    """The best training accuracy above the best test accuracy, in the source's one training."""
    log = source(s.step).log
    best, last = max(log.train_accuracy), log.train_accuracy[-1]
    above = sum(test > train for train, test in zip(log.train_accuracy, log.test_accuracy, strict=True))
    before = experiment(s.step).before
    change = f" Best test accuracy against the step before: {signed(log.best - source(before).log.best)} points." \
        if before and source(before) else ""
    return answer(s, f"Best training accuracy {best:.2f}, best test accuracy {log.best:.2f}: training minus test "
                     f"{read(best - log.best)}. In the last epoch {signed(last - log.final)} points; the test accuracy "
                     f"lies above the training accuracy in {above} of {len(log.test_accuracy)} epochs.{change} One "
                     "training.", one_log(best - log.best))


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


def small_gains(s: Statement) -> Checked:
    """The rises of several steps together, one training each: none of them says anything by itself."""
    gains = {step: source(step).log.best - source(experiment(step).before).log.best for step in s.figures["steps"]}
    return answer(s, "Best against best, in test images: "
                  + "; ".join(f"{step} {signed(images(gain), 0)}" for step, gain in gains.items())
                  + ". One training each.", one_log(min(gains.values())))


def moves(s: Statement) -> Checked:
    """The direction of the best training and test accuracy against the step before."""
    step = experiment(s.step)
    now, before = source(s.step).log, source(step.before).log
    sides = {"train": (max(before.train_accuracy), max(now.train_accuracy)), "test": (before.best, now.best)}
    went = {name: "rises" if b > a else "falls" for name, (a, b) in sides.items()}
    return answer(s, f"Against {step.before}: training {sides['train'][0]:.2f} to {sides['train'][1]:.2f}, test "
                     f"{sides['test'][0]:.2f} to {sides['test'][1]:.2f} (best epochs).",
                  all(went[name] == s.figures[name] for name in went))


def best_is_last(s: Statement) -> Checked:
    """The best reading of a log is its last one, in every step."""
    logs = [source(step).log for step in s.figures.get("steps", steps())]
    extra = [images(log.best) - images(log.final) for log in logs]
    readings = sorted({len(log.test_accuracy) for log in logs})
    return answer(s, f"In {sum(e > 0 for e in extra)} of {len(logs)} logs the best reading lies above the last one: by "
                     f"{sum(extra) / len(extra):.1f} images on average and {max(extra)} at most. Each is the best of "
                     f"{listed(readings, 'or')} readings of the test images, by which epoch, network and rates were "
                     "chosen; no project has a validation split.", not any(extra))


def keeps_the_limits(s: Statement) -> Checked:
    """Parameters and epochs within the task's limits, and the claimed accuracy reached within them."""
    step, log = experiment(s.step), source(s.step).log
    (column, claimed), = ((c, s.figures[c]) for c in ("train", "test") if c in s.figures)
    values, count = getattr(log, f"{column}_accuracy"), count_parameters(step.architecture)
    epoch = next((e for e, a in enumerate(values, 1) if images(a) == images(claimed)), None)
    within = max(values[:LIMITS["epochs"]])
    return answer(s, f"{count:,} parameters of {LIMITS['parameters']:,} allowed, {len(values)} epochs of "
                     f"{LIMITS['epochs']}. {claimed:.2f} % is epoch {epoch}; the best of the first {LIMITS['epochs']} "
                     f"is {within:.2f} %.", count < LIMITS["parameters"] and len(values) <= LIMITS["epochs"]
                  and epoch is not None and epoch <= LIMITS["epochs"])


def is_the_highest(s: Statement) -> Checked:
    """No step of the path has a higher test accuracy."""
    claimed = s.figures["test"]
    higher = [f"{step.step} {source(step.name).log.best:.2f} %" for step in PATHS[s.path]
              if source(step.name) and source(step.name).log.best > claimed]
    return answer(s, f"Claimed {claimed:.2f} %; higher in the same path: {listed(higher)}. What is missing to 100 % in "
                     "training bounds no test accuracy.", not higher)


def is_the_step(s: Statement) -> Checked:
    """A quoted step is the one the path now has, under the same figures."""
    f, quoted, now = s.figures, source(s.step).log, experiment(s.figures["now"])
    count, counts = count_parameters(experiment(s.step).architecture), count_parameters(now.architecture)
    empty = [step.step for step in PATHS[s.path] if (of := source(step.name)) and step.name not in (s.step, now.name)
             and not any(c.text == f["table"] for c in of.claims)]
    return answer(s, f"A notebook that was deleted later has {count:,} parameters and ends at {quoted.final:.2f} % "
                     f"(best {quoted.best:.2f} %), above the limit of {LIMITS['parameters']:,}. Today's {now.step} has "
                     f"{counts:,}. In that table {len(empty)} steps have no figures: {listed(empty)}.",
                  (counts, source(now.name).log.final) == (f["parameters"], f["test"]))


def has_steps(s: Statement) -> Checked:
    """The number of steps of the path."""
    names = [step.step for step in PATHS[s.path] if source(step.name)]
    return answer(s, f"Claimed {s.figures['steps']}; its notebooks are {len(names)}: {listed(names)}.",
                  len(names) == s.figures["steps"])


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


CHECKS = (holds_the_rule, stays_above, log_has, starts_at, in_one_epoch, overfits, stops_rising,
          gains_over_the_step_before, small_gains, moves, best_is_last, keeps_the_limits, is_the_highest, is_the_step,
          has_steps, shows_mistakes_of_the_last_epoch)
