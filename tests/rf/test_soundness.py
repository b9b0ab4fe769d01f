"""Never too small, not too large, and refused by name: networks that try to lose a dependency.

The judge changes pixels of the image, one line after the other, in networks whose parameters are drawn anew each
time, and looks which outputs change. It shares no code with the calculator.
"""

import dataclasses
import datetime
import pickle
import random
import re
import threading
import time

import numpy
import pytest
import torch
from torch import nn

from mnist_lib import receptive_field, rule
from mnist_lib.rf.calculator import UnknownOperation
from tests.rf import panel_guards, panel_kinds, panel_structure
from tests.rf.panel_soundness import COVERED, FOLLOWED, REFUSED, SIZE, Net, c

FOLLOWED = [*FOLLOWED, *panel_structure.FOLLOWED, *panel_kinds.FOLLOWED, *panel_guards.FOLLOWED]
REFUSED = [*REFUSED, *panel_structure.REFUSED, *panel_kinds.REFUSED, *panel_guards.REFUSED]

STEPS = (0.4, 20.0)


def output(network, image):
    torch.manual_seed(5)  # the same noise each time
    random.seed(5)
    numpy.random.seed(5)
    with torch.no_grad():
        found = network(image)
    if dataclasses.is_dataclass(found):
        found = found.map
    return torch.view_as_real(found) if found.is_complex() else found


def depends(network, trials=7):
    """For both axes a boolean (lines, *shape of the output)."""
    found = None
    for trial in range(trials):
        torch.manual_seed(trial)
        for parameter in network.parameters():
            parameter.data.normal_(0, 1 if trial % 2 else 0.4)
            if trial in (0, 3):
                parameter.data.abs_()
        image = torch.randn(1, *SIZE) * (1 if trial % 3 else 4)
        before = output(network, image.clone())
        lines = []
        for axis in (2, 3):
            for line in range(SIZE[axis - 1]):
                different = torch.zeros_like(before, dtype=torch.bool)
                for step in STEPS:
                    other = image.clone()
                    other.select(axis, line).add_(step * (1 + torch.rand(8)))
                    different |= output(network, other) != before
                lines.append(different)
        lines = torch.stack(lines).reshape(2, 8, *before.shape)
        found = lines if found is None else found | lines
        if found.all():  # every unit has been seen to depend on every line: there is no more to find
            break
    return found


def hull(line):
    where = line.nonzero().flatten().tolist()
    return (where[0], where[-1]) if where else None


def compare(network):
    """(units too small, units too large, units)."""
    table = receptive_field(network, SIZE)
    row, small, large = table.at(""), [], []
    found = depends(network)
    others = [d + 2 for d in range(found.dim() - 2) if d not in row.dims]
    found = found.any(dim=others) if others else found
    for unit in torch.ones(found.shape[2:]).nonzero().tolist() or [[]]:
        for axis in (0, 1):
            said, seen = row.extents.axes[axis].of(tuple(unit)), hull(found[(axis, slice(None), *unit)])
            if seen and (not said or said[0] > seen[0] or said[1] < seen[1]):
                small.append((unit, axis, said, seen))
            elif said != seen:
                large.append((unit, axis, said, seen))
    return small, large


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forward, has", [entry[1:] for entry in FOLLOWED], ids=[entry[0] for entry in FOLLOWED])
def test_followed_exactly(forward, has):
    torch.manual_seed(0)
    assert compare(Net(forward, has)) == ([], [])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forward, has", [entry[1:] for entry in COVERED], ids=[entry[0] for entry in COVERED])
def test_never_too_small(forward, has):
    torch.manual_seed(0)
    small, _ = compare(Net(forward, has))
    assert small == []


@pytest.mark.parametrize("guarded, plain, has", [entry[1:] for entry in panel_guards.GUARDS],
                         ids=[entry[0] for entry in panel_guards.GUARDS])
def test_a_guard_leaves_the_field_as_it_is(guarded, plain, has):
    torch.manual_seed(0)
    for _ in range(2):  # a cache is empty at first, and full then
        one, other = (receptive_field(Net(forward, has), SIZE).at("") for forward in (guarded, plain))
        assert (one.output, one.extents) == (other.output, other.extents)


def test_a_mean_of_the_first_image_that_is_kept_outside_of_the_network_is_refused():
    panel_guards.MEANS.clear()
    with pytest.raises(UnknownOperation, match="the field of the output is 3 × 3 then, not 9 × 9"):
        receptive_field(Net(panel_guards.kept, {"c": c(1, 2, 3, padding=1)}), SIZE)


def test_parameters_of_another_path_are_used():
    """And the table says that there is one."""
    def either(m, x):
        return m.c(x) if x.mean() > 5 else m.d(x)

    table = receptive_field(Net(either, {"c": c(1, 2), "d": c(1, 2), "e": c(1, 2)}), SIZE)
    assert table.unused == ("e.weight", "e.bias") and "from image to image" in table.to_text()


def test_another_thread_pickles_dates_while_fields_are_computed():
    """Nothing outside of the network is replaced, not for a moment."""
    lost, done = [], threading.Event()

    def pickle_dates():
        while not done.is_set():
            try:
                pickle.loads(pickle.dumps((datetime.datetime.now(), datetime.date.today(), random.Random(1))))
            except Exception as error:
                lost.append(error)

    thread = threading.Thread(target=pickle_dates)
    thread.start()
    for _ in range(5):
        receptive_field(Net(lambda m, x: m.c(x) * random.random(), {"c": c(1, 2)}), SIZE)
    done.set()
    thread.join()
    assert lost == []


@pytest.mark.parametrize("forward, reason", [
    (lambda m, x: m.c(x) * time.perf_counter(), "numbers that change from run to run, on the same image too"),
    (lambda m, x: m.c(x) * float(x.detach().numpy().mean()), "takes values of the image out of the graph"),
], ids=["a clock's time", "a number of the image, through numpy"])
def test_a_number_that_is_another_in_a_further_run_is_refused_for_what_it_is(forward, reason):
    with pytest.raises(UnknownOperation, match=reason):
        receptive_field(Net(forward, {"c": c(1, 2)}), SIZE)


def advised(message):
    """The code that a message advises, as a reader would copy it."""
    lines = [line for line in message.splitlines() if line.startswith("    ")]
    return "\n".join(line[4:] for line in lines)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forward, has", [entry[1:] for entry in REFUSED], ids=[entry[0] for entry in REFUSED])
def test_refused_by_name_and_the_advice_works(forward, has):
    """In a module of its own, followed by another layer; the advice is followed to the letter."""
    torch.manual_seed(0)

    class Part(Net):
        pass

    for network in (Part(forward, has), nn.Sequential(nn.Identity(), Part(forward, has), nn.Tanh())):
        with pytest.raises(UnknownOperation) as caught:
            receptive_field(network, SIZE)
        code = advised(str(caught.value))
        assert re.search("@rule", code), caught.value
        registered = []

        def noting(*operations, registered=registered):
            registered += operations
            return rule(*operations)
        try:
            exec(code.replace("from mnist_lib import rule", ""), {"rule": noting, "network": network})
            table = receptive_field(network, SIZE)
            assert table.interval("") == ((0, 7), (0, 7))
        finally:
            for operation in registered:
                rule.remove(operation)


class Summed(nn.Module):
    """Takes numbers of the image out in TorchScript, and puts them back."""

    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, x: torch.Tensor):
        y = self.c(x)
        return y + float(x.mean().item())


def test_the_advice_for_a_scripted_part_works():
    network = nn.Sequential(nn.Conv2d(1, 1, 1), torch.jit.script(Summed()), nn.ReLU())
    with pytest.raises(UnknownOperation) as caught:
        receptive_field(network, SIZE)
    try:
        exec(advised(str(caught.value)), {"network": network})
        assert receptive_field(network, SIZE).interval("") == ((0, 7), (0, 7))
    finally:
        rule.remove(type(network[1]))


def test_statistics_of_a_network_traced_in_training_are_left_alone():
    network = torch.jit.trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train(), torch.rand(2, *SIZE))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert receptive_field(network, SIZE).interval("") == ((0, 7), (0, 7))  # what was traced averages over the map
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_parameters_of_parametrizations_are_counted():
    network = nn.utils.parametrizations.weight_norm(nn.Conv2d(1, 2, 3))
    table = receptive_field(nn.Sequential(network, nn.ReLU()), SIZE)
    assert table.parameters == sum(p.numel() for p in network.parameters()) == 22 and table.unused == ()


class Flexible(nn.Module):
    """Rows of a map attend to rows, by PyTorch's attention that takes a function for its mask or scores."""

    def __init__(self, **given):
        super().__init__()
        self.c, self.given = nn.Conv2d(1, 4, (3, 1), padding=(1, 0)), given

    def forward(self, x):
        from torch.nn.attention.flex_attention import flex_attention

        rows = self.c(x).mean(3).transpose(1, 2)[:, None]
        return flex_attention(rows, rows, rows, **self.given)[:, 0]


def test_flexible_attention_is_followed_by_its_mask_and_scores():
    """Counted by hand: a row of the map reads the rows beside it, and attends to those that the functions leave."""
    flexible = pytest.importorskip("torch.nn.attention.flex_attention")
    if tuple(map(int, torch.__version__.split(".")[:2])) < (2, 9):
        pytest.skip("older versions hand it to no mode")
    mask = flexible.create_block_mask(lambda b, h, q, k: q >= k, None, None, 8, 8, device="cpu")

    def near(score, batch, head, query, key):
        return torch.where((query - key).abs() <= 1, score, -float("inf"))

    for given, expected in (({}, [(0, 7)] * 8),
                            ({"block_mask": mask}, [(0, min(i + 1, 7)) for i in range(8)]),
                            ({"score_mod": near}, [(max(0, i - 2), min(7, i + 2)) for i in range(8)])):
        table = receptive_field(Flexible(**given).eval(), SIZE)
        extent = table.at("").extents.axes[0]
        assert [extent.of((i,)) if len(table.at("").shape) == 1 else extent.of((i, 0)) for i in range(8)] == expected
