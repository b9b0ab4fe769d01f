"""A network as it was before it ran: modes, attributes and all they hold, hooks, random states.

``left_as_found`` walks from the modules to whatever they hold: containers in containers, arrays, plain objects,
generators of random numbers. Tensors keep their values through ``Written``.
"""

from __future__ import annotations

import random
import sys
import types
from collections import deque
from contextlib import ExitStack, contextmanager
from operator import is_not

import torch

from .chance import EMPTY, Sources, content_of, is_source, state_of
from .rules.registry import listed_names
from .storage import has_memory, key_of

_ATOMS = {str, bytes, int, float, complex, bool, type(None), torch.dtype, torch.device, torch.Size}
_CONTAINERS = (dict, list, set, deque, bytearray)


@contextmanager
def left_as_found(network):
    """Evaluation mode for as long as it lasts; then everything is as it was, also after an error.

    That is: each module's mode, attributes, hooks and all that these hold, and the random state of torch,
    numpy and Python. Yields a ``Snapshot``. (Values that a forward writes into tensors, ``Written`` puts back.)
    """
    snapshot = Snapshot(network)
    devices = {p.device.index for p in network.parameters() if p.is_cuda}
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=sorted(devices)))
        with snapshot.running():
            yield snapshot


class Snapshot:
    """What a network holds, found by walking through it; ``put_back`` makes it so again."""

    def __init__(self, network):
        self._back: list = []  # functions that put back, in the order they were found
        self._seen: dict = {}  # by their ids, and kept alive so that these stay their own
        self.tensors: list[torch.Tensor] = []  # all that the network holds anywhere
        self.generators: list = []  # its own sources of random numbers
        self._sources = Sources()
        self._modules = list(network.modules())
        self._modes = [(m, m._c.getattr("training")) for m in self._modules
                       if isinstance(m, torch.jit.ScriptModule) and _has(m, "training")]
        own = torch.get_rng_state()
        self._back.append(lambda: torch.set_rng_state(own))
        state, numpy = random.getstate(), sys.modules.get("numpy")
        self._back.append(lambda: random.setstate(state))
        if numpy:
            numpy_state = numpy.random.get_state()
            self._back.append(lambda: numpy.random.set_state(numpy_state))
        for module in self._modules:
            self._visit(module)
        for tensor in (*network.parameters(), *network.buffers()):  # also those that TorchScript keeps
            self._visit(tensor)
        for kind in dict.fromkeys(map(type, self._modules)):
            self._visit_all(self._sources.of_class(kind))

    @contextmanager
    def running(self):
        """Evaluation mode for one run, scripted modules too; then all is put back."""
        try:
            for module in self._modules:
                module.__dict__["training"] = False
            for module, _ in self._modes:
                module._c.setattr("training", False)
            yield self
        finally:
            self.put_back()

    def put_back(self):
        """Everything as it was when the snapshot was taken."""
        for back in reversed(self._back):
            back()
        for module, mode in self._modes:
            module._c.setattr("training", mode)

    def _visit_all(self, things):
        for thing in things:
            self._visit(thing)

    def _visit(self, thing):
        if type(thing) in _ATOMS or id(thing) in self._seen or isinstance(thing, (type, types.ModuleType)):
            return
        self._seen[id(thing)] = thing
        if isinstance(thing, torch.Tensor):
            self._visit_tensor(thing)
        elif is_source(thing):
            self._visit_generator(thing)
        elif isinstance(thing, _CONTAINERS):
            self._visit_container(thing)
        elif isinstance(thing, (tuple, frozenset)):
            self._visit_all(thing)
        elif type(thing).__module__ == "numpy" and hasattr(thing, "tobytes") and getattr(thing, "ndim", 0):
            values = thing.copy()
            self._back.append(lambda: thing.__setitem__(..., values) if thing.flags.writeable else None)
        elif isinstance(thing, types.FunctionType):
            for cell in thing.__closure__ or ():
                self._visit_cell(cell)
            self._visit_all(self._sources.of(thing))
        elif isinstance(thing, types.MethodType):
            self._visit(thing.__self__)
        else:
            self._visit_object(thing)

    def _visit_tensor(self, tensor):
        self.tensors.append(tensor)
        if has_memory(tensor) and type(tensor) in (torch.Tensor, torch.nn.Parameter) and tensor.layout is torch.strided:
            with torch.no_grad():
                same = tensor.detach()
            key = key_of(tensor)

            def back():
                if key_of(tensor) != key or tensor.shape != same.shape or tensor.stride() != same.stride():
                    tensor.data = same
            self._back.append(back)
            self._visit(tensor.grad) if tensor.is_leaf and tensor.grad is not None else None

    def _visit_generator(self, generator):
        self.generators.append(generator)
        self._back.append(state_of(generator))

    def _visit_container(self, container):
        named = isinstance(container, dict)
        kind = next(kind for kind in _CONTAINERS if isinstance(container, kind))  # its own class may want more
        content = kind(container.items() if named else container)
        self._back.append(lambda: _refill(container, content))
        self._visit_all(v for v in (content.values() if named else content) if type(v) not in _ATOMS)

    def _visit_object(self, thing):
        self._visit_all(self._sources.of_class(type(thing)))
        attributes = getattr(thing, "__dict__", None)
        if isinstance(attributes, dict):
            self._visit_container(attributes)
        for kind in type(thing).__mro__:
            for name in listed_names(kind.__dict__.get("__slots__", ())):
                if name.startswith("__"):
                    continue
                try:
                    value = getattr(thing, name)
                except AttributeError:
                    continue
                self._visit(value)
                self._back.append(lambda name=name, value=value: _put(thing, name, value))

    def _visit_cell(self, cell):
        value = content_of(cell)
        if value is not EMPTY:
            self._visit(value)
            self._back.append(lambda: setattr(cell, "cell_contents", value))


def _has(module, name):
    return hasattr(module, "_c") and module._c.hasattr(name)


def _put(thing, name, value):
    try:
        if getattr(thing, name, None) is not value:
            setattr(thing, name, value)
    except (AttributeError, TypeError):  # frozen
        pass


def _refill(container, content):
    """Give a container its content back, if it changed."""
    if isinstance(container, (set, bytearray)):
        changed = container != content
    else:
        changed = len(container) != len(content) or any(map(is_not, container, content)) or isinstance(
            container, dict) and any(map(is_not, container.values(), content.values()))
    if changed:
        container.clear()
        container.update(content) if isinstance(container, (dict, set)) else container.extend(content)


class Written:
    """The network's own memory, and the old values of what its forward writes to."""

    def __init__(self, tensors):
        self._own = {key_of(t) for t in tensors if has_memory(t)}
        self._old: dict = {}

    def before(self, tensor: torch.Tensor) -> None:
        """Keep the values of a tensor of the network's before something is written to it."""
        key = key_of(tensor)
        if key in self._own and key not in self._old:
            bytes_ = torch.empty(0, dtype=torch.uint8, device=tensor.device).set_(tensor.untyped_storage())
            self._old[key] = (bytes_, bytes_.clone())

    def put_back(self) -> None:
        """Undo what the forward wrote."""
        for bytes_, values in self._old.values():
            bytes_.copy_(values)
