"""A network is left as it was, with all that it holds: containers, arrays, plain objects, TorchScript."""

import collections

import numpy
import torch
from torch import nn

from mnist_lib import receptive_field

SIZE = (1, 8, 8)


class Notes:
    """A plain object with slots and attributes."""

    __slots__ = ("last", "seen", "__dict__")

    def __init__(self):
        self.last, self.seen, self.inner = None, [], {"deep": [collections.deque([1, 2], maxlen=3)]}


class Keeper(nn.Module):
    """Notes what it can in whatever it holds."""

    def __init__(self):
        super().__init__()
        self.c, self.notes = nn.Conv2d(1, 2, 3), Notes()
        self.queue = collections.deque([1], maxlen=2)
        self.counts, self.names = collections.Counter(a=1), {"a"}
        self.table = collections.defaultdict(list, given=[[1, 2]])
        self.array, self.bytes = numpy.arange(4.0), bytearray(b"ab")

    def forward(self, x):
        y = self.c(x)
        self.queue.append(y)
        self.notes.last = y
        self.notes.seen.append(y)
        self.notes.inner["deep"][0].append(3)
        self.notes.more = y
        self.counts["a"] += 1
        self.names.add("b")
        self.table["new"].append(y)
        self.table["given"][0].append(3)
        self.array += 1
        self.bytes.append(1)
        return y


def test_all_that_a_network_holds_is_left_as_it_was():
    network = Keeper()
    notes, queue, array = network.notes, network.queue, network.array
    for _ in range(2):
        assert receptive_field(network, SIZE)[-1].r_out == 3
    assert network.notes is notes and network.queue is queue and network.array is array
    assert (notes.last, notes.seen, list(vars(notes))) == (None, [], ["inner"])
    assert notes.inner == {"deep": [collections.deque([1, 2])]} and notes.inner["deep"][0].maxlen == 3
    assert list(queue) == [1] and network.counts == {"a": 1} and network.names == {"a"}
    assert dict(network.table) == {"given": [[1, 2]]} and network.table.default_factory is list
    assert array.tolist() == [0, 1, 2, 3] and network.bytes == b"ab"


class Trained(nn.Module):
    """In training it would mix the map: its normalization, and what it does beside."""

    def __init__(self):
        super().__init__()
        self.c, self.n = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)

    def forward(self, x: torch.Tensor):
        y = self.n(self.c(x))
        return y + y.mean() if self.training else y


def test_a_scripted_network_in_training_is_followed_in_evaluation_and_left_in_training():
    network = torch.jit.script(Trained().train())
    before = {name: value.clone() for name, value in network.state_dict().items()}
    for whole in (network, nn.Sequential(network, nn.ReLU())):
        assert receptive_field(whole, SIZE).interval("", (2, 2)) == ((2, 4), (2, 4))
        assert network.training and network.n.training and network.c.training
        assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
