"""Exported networks: what the file says runs as the network does, and what cannot be exported is named."""

import base64
import json
import re
import shutil
from collections import OrderedDict

import numpy
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_lib.__main__ import main
from mnist_lib.export import format, networks
from mnist_lib.export.chain_reader import chain_of
from mnist_lib.training import epoch_weights, records
from mnist_lib.training.evaluation import trained

STEP = "six-models/steplr"
REPOSITORY_RESULTS = records.root()  # before a fixture moves it


class Functional(nn.Module):
    """The way most first networks are written: functions, a view, log-softmax."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 5, padding=2)
        self.second = nn.Conv2d(6, 8, 3, stride=2, dilation=2, groups=2)
        self.norm = nn.BatchNorm2d(8)
        self.drop = nn.Dropout2d()
        self.full = nn.Linear(8 * 5 * 5, 20)
        self.norm1 = nn.BatchNorm1d(20)
        self.out = nn.Linear(20, 10, bias=False)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.first(x), 2), inplace=True)
        x = self.drop(self.norm(self.second(x))).relu()
        x = x.view(x.size(0), -1)
        x = F.dropout(torch.tanh(self.norm1(self.full(x))), 0.3, training=self.training)
        return F.log_softmax(self.out(x), dim=-1)


def conv(*arguments, **settings):
    """A small network around one convolution."""
    return nn.Sequential(nn.Conv2d(1, 4, *arguments, **settings), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(4, 10))


def around(*layers, channels=4):
    """A small network around some layers that take and give 4 maps of 26 × 26."""
    return nn.Sequential(nn.Conv2d(1, 4, 3), *layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class MeanAtTheEnd(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else 10, 10, 3) for i in range(3)])

    def forward(self, x):
        for layer in self.convs:  # a loop, and one activation that all share
            x = F.leaky_relu(layer(x), 0.2)
        return x.mean((2, 3))


class SoftmaxThenView(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 10, 28)

    def forward(self, x):
        return F.softmax(self.conv(x), dim=1).view(-1, 10)


CHAINS = {
    "functional": Functional, "mean": MeanAtTheEnd, "softmax": SoftmaxThenView,
    "maps": lambda: nn.Sequential(nn.Conv2d(1, 10, 28)),
    "log softmax of maps": lambda: nn.Sequential(nn.Conv2d(1, 10, 28), nn.LogSoftmax(1)),
    "same, even kernel": lambda: conv(4, padding="same"), "valid": lambda: conv((3, 5), padding="valid"),
    "zero pad": lambda: nn.Sequential(nn.ZeroPad2d((1, 2, 3, 4)), conv(3)),
    "crop": lambda: nn.Sequential(nn.ZeroPad2d(-2), conv(3)),
    "pad and crop": lambda: nn.Sequential(nn.ZeroPad2d((1, -2, -3, 4)), conv(3)),
    "no affine": lambda: around(nn.BatchNorm2d(4, affine=False)),
    "double": lambda: conv(3).double(),
    "average pools": lambda: around(nn.AvgPool2d(3, 2, 1, ceil_mode=True),
                                    nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    "max pools": lambda: around(nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d(3, 1, dilation=2)),
    "adaptive": lambda: around(nn.AdaptiveAvgPool2d(13)),
    **{repr(a): lambda a=a: around(a) for a in (
        nn.PReLU(), nn.PReLU(4), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Sigmoid(), nn.Tanh(),
        nn.Hardswish(), nn.ReLU6(), nn.Hardtanh(-0.5, 0.5), nn.Identity(), nn.Dropout(0.9))},
}


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def with_statistics(network):
    """Running statistics as after some training, so that they are seen to matter."""
    network.train()
    dtype = next(network.parameters()).dtype
    with torch.no_grad():
        for _ in range(3):
            network(networks.digits(32).to(dtype))
    return network


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_exported_as_it_runs(name, tmp_path):
    network = with_statistics(CHAINS[name]())
    assert network.training
    file = tmp_path / "out.json"
    difference = networks.write_checked(networks.export_module(network, name), network, file)
    assert difference < 1e-4 and network.training
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


class Thrice(nn.Module):
    """A convolution, a normalization and a PReLU used three times, and a linear layer used twice."""

    def __init__(self):
        super().__init__()
        self.first, self.again = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3, padding=1)
        self.norm, self.act, self.square = nn.BatchNorm2d(4), nn.PReLU(4), nn.Linear(10, 10)
        self.out = nn.Linear(4, 10)

    def forward(self, x):
        x = self.first(x)
        for _ in range(3):
            x = self.act(self.norm(self.again(x)))
        return self.square(self.square(self.out(x.mean((2, 3)))))


def test_shared_weights_count_once(tmp_path):
    network = with_statistics(Thrice())
    document = networks.export_module(network, "thrice")
    networks.write_checked(document, network, tmp_path / "out.json")
    assert document.parameters == sum(p.numel() for p in network.parameters())
    assert format.read(tmp_path / "out.json").parameters == document.parameters
    shared = [layer.get("shared_with") for layer in document.layers if format.tensor_shapes(layer)]
    assert shared == [None, None, None, None, "again", "norm", "act", "again", "norm", "act", None, None, "square"]


def test_equal_weights_are_not_shared_ones():
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Linear(10, 10), nn.Linear(10, 10))
    network[3].load_state_dict(network[2].state_dict())
    document = networks.export_module(network, "equal")
    assert document.parameters == 784 * 10 + 10 + 2 * 110
    assert not any("shared_with" in layer for layer in document.layers)


def test_weights_that_are_computed_are_exported_as_they_are(tmp_path):
    network = conv(3)
    nn.utils.parametrizations.weight_norm(network[0])
    networks.write_checked(networks.export_module(network, "weight norm"), network, tmp_path / "out.json")


def test_a_recorded_run_with_its_accuracy():
    run = records.of(STEP)[0]
    document = networks.export_run(run)
    assert document.parameters == run.parameters
    (snapshot,) = document.snapshots
    assert (snapshot.epoch, snapshot.accuracy) == (len(run.epochs), run.final.test_accuracy)
    images = networks.digits(200)
    with torch.no_grad():
        assert torch.allclose(document.run(images), trained(run)(images), atol=1e-5)


@pytest.fixture
def with_history(empty_results):
    """A copy of one record whose epochs are random weights, and the recorded ones at the end."""
    from mnist_lib.networks.builder import build

    shutil.copytree(REPOSITORY_RESULTS / STEP, empty_results / STEP)
    history_file = empty_results / STEP / "seed-0.epochs.safetensors"
    history_file.unlink(missing_ok=True)
    run = records.of(STEP)[0]
    epochs = [epoch_weights.weights_of(build(STEP)) for _ in run.epochs] + [epoch_weights.weights_of(trained(run))]
    epoch_weights.save(run, epochs)
    return run


def test_every_epoch(with_history, tmp_path, capsys):
    assert main(["export", STEP, str(tmp_path / "all.json"), "--epochs"]) == 0
    assert "16 sets of weights" in capsys.readouterr().out
    document = format.read(tmp_path / "all.json")
    assert [s.epoch for s in document.snapshots] == list(range(16))
    assert document.snapshots[0].accuracy is None
    assert [s.accuracy for s in document.snapshots[1:]] == list(with_history.test_accuracies)
    images = networks.digits(20)
    network = epoch_weights.network_after(STEP, epoch_weights.load(with_history)[3])
    with torch.no_grad():
        assert torch.allclose(document.run(images, 3), network(images), atol=1e-5)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.Conv2d(1, 1, 3, padding=1)
        self.out = nn.Conv2d(1, 10, 28)

    def forward(self, x):
        return self.out(x + self.block(x)).flatten(1)


def forward(function, **modules):
    """A network whose forward is `function(network, image)`."""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 10, 28)
            for name, module in modules.items():
                setattr(self, name, module)

        def forward(self, x):
            return function(self, x)
    return Net()


REFUSED = {
    "a shortcut": (Residual, "the network branches there"),
    "a square": (lambda: forward(lambda n, x: n.conv(x * x).flatten(1)), "branches"),
    "group norm": (lambda: around(nn.GroupNorm(2, 4)), "'1' \\(GroupNorm\\).*batch normalization"),
    "no statistics": (lambda: around(nn.BatchNorm2d(4, track_running_stats=False)), "track_running_stats"),
    "reflection": (lambda: conv(3, padding=1, padding_mode="reflect"), "padding_mode='zeros'"),
    "transposed": (lambda: around(nn.ConvTranspose2d(4, 4, 2)), "transposed"),
    "softmax inside": (lambda: around(nn.Flatten(2), nn.Softmax(1)), "softmax|change of shape"),
    "softmax before": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Softmax(1), nn.Linear(10, 10)),
                       "'2' is a softmax before the end"),
    "twelve": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 12)), "12 numbers.*must give ten"),
    "too many maps": (lambda: nn.Sequential(nn.Conv2d(1, 10, 3)), "6,760 numbers"),
    "a tuple": (lambda: forward(lambda n, x: (n.conv(x).flatten(1), x)), "returns a tuple"),
    "random": (lambda: forward(lambda n, x: n.conv(F.dropout(x)).flatten(1)), "training=self.training"),
    "a value": (lambda: forward(lambda n, x: n.conv(x).flatten(1) if x.sum() > 0 else None), "sum"),
    "scaled": (lambda: forward(lambda n, x: n.conv(x * 2).flatten(1)), "'mul'.*not in the exported format"),
    "linear on maps": (lambda: nn.Sequential(nn.Linear(28, 10)), "flatten|linear|change of shape"),
    "not finite": (lambda: conv(3).apply(lambda m: hasattr(m, "weight") and nn.init.constant_(m.weight, float("nan"))),
                   "not finite"),
    "nothing": (nn.Identity, "no layer"),
    "colours": (lambda: nn.Sequential(nn.Conv2d(3, 10, 28), nn.Flatten()),
                r"cannot be run on images of shape \(2, 1, 28, 28\)"),
    "adaptive": (lambda: around(nn.AdaptiveAvgPool2d(7)), "windows of several sizes"),
    "too large": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 12_000), nn.Linear(12_000, 10)),
                  "8,000,000 at most"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_exported_is_named(name):
    make, words = REFUSED[name]
    network = make().train()
    with pytest.raises(ValueError, match=f"(?s){words}"):
        networks.export_module(network, name)
    assert network.training and not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_names_are_those_of_the_modules():
    network = nn.Sequential(OrderedDict(first=nn.Conv2d(1, 2, 3), act=nn.ReLU(), out=nn.Conv2d(2, 10, 26)))
    assert [layer["name"] for layer in chain_of(network, networks.digits(2)).layers] == ["first", "act", "out"]
    shared = nn.ReLU()
    again = nn.Sequential(nn.Conv2d(1, 2, 3), shared, nn.Conv2d(2, 10, 26), shared)
    names = [layer["name"] for layer in chain_of(again, networks.digits(2)).layers]
    assert len(set(names)) == 4 and names[3].startswith("1")


# The command ---------------------------------------------------------------------------------------

NET = """
import torch
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 5, stride=3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10))

def build():
    return Net()

class Drifting(Net):
    calls = 0
    def forward(self, x):
        Drifting.calls += 1
        self[4].bias.data += Drifting.calls
        return super().forward(x)

number = 3
def broken():
    raise RuntimeError("no such luck")
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my_net.py"
    path.write_text(NET)
    return str(path)


def command(*arguments):
    return main(["export", *map(str, arguments)])


def test_a_run_and_an_own_network(file, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert command(STEP, out) == 0
    said = capsys.readouterr().out
    assert "7,416 parameters" in said and "Read again" in said
    assert format.read(out).name == STEP
    assert command(f"{file}:build", out, "--name", "mine", "--mean", 0, "--std", 1) == 0
    assert "not trained" in capsys.readouterr().out
    document = format.read(out)
    assert (document.name, document.mean, document.std) == ("mine", 0.0, 1.0)


@pytest.mark.parametrize("suffix, wrap", [("pt", lambda s: s), ("pth", lambda s: {"state_dict": s, "epoch": 3}),
                                          ("pt", lambda s: {f"module.{k}": v for k, v in s.items()}),
                                          ("safetensors", None)])
def test_weights_are_loaded(suffix, wrap, file, tmp_path):
    from mnist_lib.commands.find_network import find_network

    network, _ = find_network(f"{file}:Net")
    with_statistics(network)
    weights, out = tmp_path / f"trained.{suffix}", tmp_path / "out.json"
    if wrap:
        torch.save(wrap(network.state_dict()), weights)
    else:
        from safetensors.torch import save_file

        save_file(network.state_dict(), weights)
    assert command(f"{file}:Net", out, "--weights", weights) == 0
    images = networks.digits(20)
    with torch.no_grad():
        assert torch.allclose(format.read(out).run(images), network.eval()(images), atol=1e-5)


def test_an_architecture_of_the_book_with_weights(tmp_path):
    weights = records.weights_path(records.of(STEP)[0])
    assert command(STEP, tmp_path / "out.json", "--weights", weights) == 0


@pytest.mark.parametrize("arguments, words", [
    (("nope/nope", "{out}"), "nope/nope"),
    (("six-models/steplr", "{out}", "--seed", "99"), "seed 99, is not recorded"),
    (("six-models/setup", "{out}", "--seed", "0"), "no weights for six-models/setup, seed 0"),
    (("six-models/steplr", "{out}", "--mean", "0"), "--mean"),
    (("{file}:Nope", "{out}"), "'Nope'"), (("{file}:number", "{out}"), "neither"),
    (("{file}:broken", "{out}"), "no such luck"), (("nowhere.py:Net", "{out}"), "nowhere.py"),
    (("{file}:Net", "{out}", "--seed", "0"), "belong to a recorded run"),
    (("{file}:Net", "{out}", "--std", "0"), "above 0"),
    (("{file}:Net", "{folder}/no/such/out.json"), "there is no folder"), (("{file}:Net", "{folder}"), "is a folder"),
    (("{file}:Net", "{out}", "--weights", "{folder}/none.pt"), "there is no file"),
    (("{file}:Net", "{out}", "--weights", "{file}"), "cannot be read|state dict"),
    (("{file}:Net", "{out}", "--weights", "{whole}"), "state dict"),
    (("{file}:Net", "{out}", "--weights", "{other}"), "belong to another network|do not fit"),
    (("{file}:Drifting", "{out}"), "other results"),
    (("{syntax}:Net", "{out}"), "cannot be loaded"),
])
def test_what_cannot_be_done_is_said(arguments, words, file, tmp_path, capsys):
    whole, other, syntax = tmp_path / "whole.pt", tmp_path / "other.pt", tmp_path / "syntax.py"
    torch.save(nn.Linear(2, 2), whole)
    torch.save(nn.Linear(2, 2).state_dict(), other)
    syntax.write_text("class Net(:\n")
    out = tmp_path / "out.json"
    out.write_text("kept")
    places = dict(file=file, folder=tmp_path, out=out, whole=whole, other=other, syntax=syntax)
    assert command(*(a.format(**places) for a in arguments)) == 2
    assert re.search(words, capsys.readouterr().err)
    assert out.read_text() == "kept" and not list(tmp_path.glob("*.partial"))


# The file ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("change, words", [
    (lambda text: text[:len(text) // 2], "Expecting|Unterminated"),
    (lambda text: text.replace("mnist_lib", "other"), "its format is"),
    (lambda text: text.replace('"version": 1', '"version": 2'), "version 1"),
    (lambda text: f"[{text}]", "its format is"),
    (lambda text: text.replace('"bias": true', '"bias": false'), "its seal does not fit")])
def test_a_file_that_is_not_as_it_was_written_is_refused(change, words, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(change(format.to_json(networks.export_module(conv(3), "small"))))
    with pytest.raises(ValueError, match=f"bad.json is not an exported network: .*({words})"):
        format.read(file)


def test_the_weights_are_little_endian_float32_in_the_documented_order():
    network = conv(3)
    data = json.loads(format.to_json(networks.export_module(network, "small")))
    numbers = numpy.frombuffer(base64.b64decode(data["snapshots"][0]["weights"]), "<f4")
    expected = torch.cat([p.flatten() for p in network.parameters()])
    assert numbers.tolist() == expected.tolist()
