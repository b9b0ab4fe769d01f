"""The rule sheet finds what is not allowed, and refuses what can't be run; small networks, one at a time."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mnist_lib import mnist
from mnist_lib.classroom import challenge as own


class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3),
                                    nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


def examined(network, recipe=None, **settings):
    digits = mnist("train")
    return own.examine(own.of(network, recipe), digits.images[:256], digits.labels[:256].long(), **settings)


def broken(sheet):
    return [f.rule for f in sheet.findings if f.verdict == "no"]


def test_a_good_network_keeps_all_rules():
    sheet = examined(Good)
    assert sheet.kept and sheet.broken == ""
    assert sheet.parameters == 208 + 16 + 584 + 330 == sum(n for _, _, n in sheet.layers)
    assert sheet.field == 5 + 2 * 2 + 4 * 2 and sheet.seconds > 0 and sheet.learnt >= 0.9


def test_one_parameter_too_many_and_the_limit_itself():
    assert broken(examined(Good, terms=own.Terms(1_138))) == []
    sheet = examined(Good, terms=own.Terms(1_137))
    assert broken(sheet) == ["at most 1,137 parameters"] and "1 too many" in sheet.broken


def test_sixteen_epochs():
    assert broken(examined(Good, own.Recipe(epochs=16), timing=False)) == ["at most 15 epochs"]


class Hidden(Good):
    def __init__(self):
        super().__init__()
        self.more = [torch.eye(10, requires_grad=True)]

    def forward(self, x):
        return super().forward(x) @ self.more[0]


class Fixed(Good):
    def __init__(self):
        super().__init__()
        nn.init.constant_(self.layers[0].weight, 0.1)


class Neighbours(Good):
    def forward(self, x):
        return super().forward(x - x.mean(0))


class Dead(Good):
    def forward(self, x):
        return super().forward(x) * 0


@pytest.mark.parametrize("network, rule", [
    (Hidden, "all that learns is a parameter"), (Fixed, "begins from random weights"),
    (Neighbours, "judges each image alone"), (Dead, "learns one batch by heart")])
def test_what_is_not_allowed_is_found(network, rule):
    assert rule in broken(examined(network, timing=False))


def test_files_of_weights_and_the_test_set(tmp_path):
    torch.save({}, tmp_path / "best.pt")

    class Loads(Good):
        def __init__(self):
            super().__init__()
            torch.load(tmp_path / "best.pt")

    class Peeks(Good):
        def __init__(self):
            super().__init__()
            mnist("test")

    assert broken(examined(Loads, timing=False)) == ["no weights from a file"]
    assert broken(examined(Peeks, timing=False)) == ["the test set is not touched"]


@pytest.mark.parametrize("change, told", [
    (lambda y: F.softmax(y, 1), "gives probabilities, not logits"), (lambda y: y[:, :9], r"not \(64, 10\)"),
    (lambda y: y / 0, "not finite"), (lambda y: [y], "gives a list"), (lambda y: y.view(3), "fails on a batch")])
def test_what_can_not_be_run(change, told):
    class Wrong(Good):
        def forward(self, x):
            return change(super().forward(x))

    with pytest.raises(own.Refused, match=told):
        examined(Wrong, timing=False)


def test_log_probabilities_are_logits_too():
    class Log(Good):
        def forward(self, x):
            return super().forward(x).log_softmax(1)

    assert examined(Log, timing=False).kept


def test_a_huge_network_is_not_run():
    with pytest.raises(own.Refused, match="nothing was run"):
        examined(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 2000), nn.Linear(2000, 10)))


@pytest.mark.parametrize("transforms, told", [
    ((), r"not floats \(64, 1, 28, 28\)"), ((lambda x, r: 1 / 0,), "fails on a batch")])
def test_transforms_that_do_not_fit(transforms, told):
    with pytest.raises(own.Refused, match=told):
        examined(Good, own.Recipe(transforms=transforms), timing=False)
