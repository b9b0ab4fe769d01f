"""Checks of what the sources say about their networks: parameters, fields, layers, what a step changes.

Each takes a statement and answers with a finding; ``audit.py`` knows them by name.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import product

from ...book import Checked, Statement, answer, aspects, listed, source, units
from ...experiments import experiment
from ...networks import Architecture, count_parameters, flat_layers
from ...rf import field_of_layers, pair


def exact_claims(step: str) -> list[tuple[str, bool]]:
    """The parameter counts that a step's source gives to the last digit, each with whether it is right."""
    count = f"{count_parameters(experiment(step).architecture):,}"
    given = [c.parameters for c in source(step).claims if c.parameters and c.parameters.replace(",", "").isdigit()]
    return [(claim, claim == count) for claim in given]


def rounds_to(s: Statement) -> Checked:
    """A count rounds to the short form that is claimed, such as "6.3M"."""
    claimed, count = s.figures["parameters"], count_parameters(experiment(s.step).architecture)
    unit = Decimal({"K": 1_000, "M": 1_000_000}[claimed[-1]])
    places = Decimal(1).scaleb(Decimal(claimed[:-1]).as_tuple().exponent)
    rounded, cut = ((Decimal(count) / unit).quantize(places, how) for how in (ROUND_HALF_UP, ROUND_DOWN))
    return answer(s, f"{count:,} parameters round to {rounded}{claimed[-1]}; {cut}{claimed[-1]} is cut off.",
                  rounded == Decimal(claimed[:-1]))


def without_the_last_kernel(s: Statement) -> Checked:
    """What is left of the parameters of the step before with a mean in place of its last convolution."""
    network = experiment(experiment(s.step).before).architecture
    shorter = Architecture("shorter", network.unit, {k: v for k, v in network.blocks if k != "output"})
    whole, left = count_parameters(network), count_parameters(shorter)
    return answer(s, f"{whole:,} − {whole - left:,} = {left:,}.", left // 100 == round(10 * s.figures["thousands"]))


def adds_parameters(s: Statement) -> Checked:
    """More parameters than the step before."""
    now = experiment(s.step)
    before = experiment(now.before)
    counts = [count_parameters(step.architecture) for step in (before, now)]
    relus = [sum(layer.op == "relu" for _, layer in flat_layers(step.architecture)) for step in (before, now)]
    return answer(s, f"Parameters: {counts[0]:,} before, {counts[1]:,} now; ReLUs: {relus[0]} and {relus[1]}.",
                  counts[1] > counts[0])


def fields(architecture: Architecture, rows: int) -> list[int]:
    """The fields of a network as a source's table of so many rows lists them.

    A table that has fewer rows than the network has layers ends in a block, which is
    compared with the network's end.
    """
    ours = [row.r_out for row in field_of_layers(architecture) if not row.plain]
    return ours if len(ours) == rows else [*ours[:rows - 1], ours[-1]]


def fields_are_right(s: Statement) -> Checked:
    """A source's column of receptive fields against the recurrence, for the step and those in ``also``."""
    wrong = {}
    for step in (s.step, *s.figures.get("also", ())):
        printed = source(step).receptive_fields
        if "printed" in s.figures:
            printed = [(f"row {i}:", field) for i, field in enumerate(s.figures["printed"], 1)]
        ours = fields(experiment(step).architecture, len(printed))
        wrong[step] = [f"{name} {field}, not {mine}" for (name, field), mine in zip(printed, ours, strict=True)
                       if field != mine]
    alike = len({tuple(w) for w in wrong.values()}) == 1
    which = f"In each of {len(wrong)} tables: " if alike and len(wrong) > 1 else ""
    return answer(s, f"{which}{len(printed)} rows, {len(printed) - len(wrong[s.step])} right; "
                     f"{'; '.join(wrong[s.step]) or 'none wrong'}.", not any(wrong.values()))


def grow(kernels, strides, misplaced: bool = False) -> list[int]:
    """The field after each layer of a chain, r + (k - 1) j; with the bracket misplaced, (r + k - 1) j."""
    r, j, out = 1, 1, []
    for k, s in zip(kernels, strides, strict=True):
        r, j = (r + k - 1) * j if misplaced else r + (k - 1) * j, j * s
        out.append(r)
    return out


def fields_follow_the_recurrence(s: Statement) -> Checked:
    """A printed column against the recurrence over the table's own kernels and strides."""
    printed = [field for _, field in source(s.step).receptive_fields]
    chain = s.figures["kernels"], s.figures["strides"]
    right, bracket = grow(*chain), grow(*chain, misplaced=True)
    why = "give exactly the printed ones" if bracket == printed else f"give {listed(bracket)}"
    return answer(s, f"Printed: {listed(printed)}. The recurrence over the table's own rows: {listed(right)}. With the "
                     f"bracket misplaced, (r + k − 1) · j, the same rows {why}.", printed == right)


def rows_are_the_network(s: Statement) -> Checked:
    """The weights in a table's rows against those of the network's own layers."""
    ours = [row.parameters for row in field_of_layers(experiment(s.step).architecture) if not row.plain]
    table, count = s.figures["weights"], count_parameters(experiment(s.step).architecture)
    same = next((i for i, (a, b) in enumerate(zip(table, ours)) if a != b), min(len(table), len(ours)))
    pooling = next(row for row in field_of_layers(experiment(s.step).architecture) if row.op == "avg_pool")
    return answer(s, f"The table's weights sum to {sum(table):,}, the network's to {sum(ours):,} ({count:,} parameters "
                     f"with batch normalization). The first {same} of the table's {len(table)} rows are the network's; "
                     f"it has {len(ours)} layers with a kernel, and sees {pooling.r_in} pixels before its average "
                     f"pooling, {pooling.r_out} after it.", table == ours)


def pools_with(s: Statement) -> Checked:
    """Stride and output jump of the average pooling."""
    table = field_of_layers(experiment(s.step).architecture)
    row = next(row for row in table if row.op == "avg_pool")
    printed = source(s.step).receptive_fields
    ours = fields(experiment(s.step).architecture, len(printed))
    right = sum(field == mine for (_, field), mine in zip(printed, ours, strict=True))
    return answer(s, f"A pooling of {row.kernel[0]} has its own width as stride, {row.stride[0]}: the jump goes from "
                     f"{row.j_in} to {row.j_out}. Only a 1 × 1 convolution follows, so the fields do not suffer: "
                     f"{right} of {len(printed)} are right.",
                  (row.stride[0], row.j_out) == (s.figures["stride"], s.figures["jump"]))


def readings(convolutions) -> dict[int, int]:
    """How many choices of bias and batch normalization, one each a convolution, give each parameter count.

    ``convolutions`` are (kernel, channels), of an image with one channel.
    """
    channels = [1, *(c for _, c in convolutions)]
    weights = sum(k * k * a * b for (k, b), a in zip(convolutions, channels))
    counts: dict[int, int] = {}
    for choice in product(*((0, c, 2 * c, 3 * c) for c in channels[1:])):  # neither, bias, batch norm, both
        total = weights + sum(choice)
        counts[total] = counts.get(total, 0) + 1
    return counts


def has_a_reading(s: Statement) -> Checked:
    """Some choice of biases and batch norms makes a table's layers have the claimed parameters."""
    convolutions, claimed = s.figures["convolutions"], s.figures["parameters"]
    counts, code = readings(convolutions), count_parameters(experiment(s.step).architecture)
    kernels = [f"{pair(layer.kernel)[0]} × {pair(layer.kernel)[0]}"
               for _, layer in flat_layers(experiment(s.step).architecture) if layer.op == "conv"]
    return answer(s, f"The table's convolutions have {min(counts):,} weights. Of the {sum(counts.values()):,} choices "
                     f"of bias and batch normalization {counts.get(claimed, 0)} give {claimed:,}; the most is "
                     f"{max(counts):,}. The code's last two kernels are {listed(kernels[-2:])}: {code:,}.",
                  claimed in counts)


def last_kernel_is(s: Statement) -> Checked:
    """The kernel of the last convolution of the step before."""
    before = experiment(experiment(s.step).before)
    last = [layer for _, layer in flat_layers(before.architecture) if layer.op == "conv"][-1]
    side, table = pair(last.kernel)[0], s.figures["table"]
    return answer(s, f"The code of {before.step} ends in a kernel of {side} × {side}; its table says {table} × "
                     f"{table}.", side == s.figures["kernel"])


def has_dropout_behind(s: Statement) -> Checked:
    """Dropout after exactly these convolutions, counted from 1."""
    after = units(experiment(s.step).architecture)
    found = [i for i, unit in enumerate(after, 1) if any(op.startswith("dropout") for op in unit)]
    return answer(s, f"The network has {len(after)} convolutions; dropout stands after {listed(found)}, claimed is "
                     f"{listed(s.figures['convolutions'])}.", found == s.figures["convolutions"])


def changes_only(s: Statement) -> Checked:
    """Nothing changes from the step before but what is ``named``, and what must ``follow`` from it."""
    found, named = aspects(s.step), s.figures["named"]
    follow = [name for name in found if name in s.figures.get("follow", ())]
    others = [name for name in found if name not in (*named, *follow)]
    counts = [count_parameters(experiment(e).architecture) for e in (experiment(s.step).before, s.step)]
    brought = f" That brings with it: {listed(follow)}." if follow else ""
    return answer(s, f"Named: {listed(named)}.{brought} Changed besides: {listed(others)}. Parameters: {counts[0]:,} "
                     f"before, {counts[1]:,} now.", not others)


CHECKS = (rounds_to, without_the_last_kernel, adds_parameters, fields_are_right,
          fields_follow_the_recurrence, rows_are_the_network, pools_with, has_a_reading, last_kernel_is,
          has_dropout_behind, changes_only)
