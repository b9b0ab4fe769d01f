"""Every network of the book against the fact sheet, layer by layer."""

import pytest
import torch

from mnist_lib.experiments.catalogue import EXPERIMENTS, PATHS
from mnist_lib.networks.architecture import Architecture, count_parameters, flat_layers
from mnist_lib.networks.builder import build
from mnist_lib.networks.zoo import ARCHITECTURES
from mnist_lib.rf.layers import Layer, conv
from tests.facts import facts

OPS = {"maxpool": "max_pool", "avgpool": "avg_pool", "adaptive_avgpool": "global_avg_pool"}
STEPS = sorted(facts())


def rows_of(record):
    """The facts' layers and their recomputed rows, without the head that returns probabilities."""
    pairs = zip(record["layers"], record["recomputed"]["per_layer"], strict=True)
    return [(layer, row) for layer, row in pairs if layer["op"] not in ("flatten", "log_softmax")]


@pytest.mark.parametrize("step", STEPS)
def test_description_equals_the_source(step):
    described = [layer for _, layer in flat_layers(EXPERIMENTS[step].architecture)]
    rows = rows_of(facts()[step])
    assert len(described) == len(rows)
    for ours, (theirs, row) in zip(described, rows):
        op = "global_avg_pool" if theirs["op"].startswith("adaptive") else OPS.get(theirs["op"], theirs["op"])
        assert ours.op == op
        assert ours.channels == row["shape"][0]
        if "kernel" in theirs:
            assert (ours.kernel, ours.stride, ours.padding) == (
                theirs["kernel"], theirs["stride"], theirs["padding"])
        assert ours.bias == theirs.get("bias", False)
        assert ours.p == theirs.get("p", 0)


@pytest.mark.parametrize("step", STEPS)
def test_built_module_has_the_shapes_and_parameters_of_the_facts(step):
    record = facts()[step]
    with torch.device("meta"):
        network = build(EXPERIMENTS[step].architecture)
        leaves = [m for block in network for m in ([block] if not len(list(block.children())) else block)]
        x = torch.empty(2, 1, 28, 28)
    for module, (_, row) in zip(leaves, rows_of(record)):
        x = module(x)
        assert list(x.shape[1:]) == row["shape"]
        assert sum(p.numel() for p in module.parameters()) == row["params"]
    assert network[-1](x).shape == (2, 10)
    assert sum(p.numel() for p in network.parameters()) == record["recomputed"]["parameters"]


@pytest.mark.parametrize("step", STEPS)
def test_parameters_are_counted_from_the_description(step):
    assert count_parameters(EXPERIMENTS[step].architecture) == facts()[step]["recomputed"]["parameters"]


def test_every_architecture_is_used_by_a_step():
    assert {e.architecture.name for steps in PATHS.values() for e in steps} == set(ARCHITECTURES)


def test_initial_weights_follow_the_seed():
    torch.manual_seed(3)
    first = build("six-models/steplr")
    torch.manual_seed(3)
    second = build("six-models/steplr")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters()))


def test_unknown_name_lists_the_names_there_are():
    with pytest.raises(KeyError, match="six-models/steplr"):
        build("six-models/stepler")


def test_unknown_word_in_a_unit_is_named():
    wrong = Architecture("mine", unit="conv gelu", blocks=dict(input=(conv(4, 3),)))
    with pytest.raises(ValueError, match="'gelu'"):
        flat_layers(wrong)


def test_unknown_op_is_named():
    wrong = Architecture("mine", unit="conv", blocks=dict(input=(Layer("squeeze"),)))
    with pytest.raises(ValueError, match="'squeeze'"):
        build(wrong)


def test_a_tuple_kernel_is_counted_per_axis():
    tall = Architecture("mine", unit="conv", blocks=dict(input=(conv(4, (5, 1), bias=True),)))
    assert count_parameters(tall) == 5 * 1 * 4 + 4
