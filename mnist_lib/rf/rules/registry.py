"""Rules: what the outputs of an operation depend on. The place where new ones are registered.

A rule is a function of a :class:`Call` that returns the output's intervals (``intervals.py``), or a
list of them, one for each output. Rules of PyTorch's own operations are kept by name in
``BUILT_IN`` (see ``rules/__init__.py``); yours by the
function, the ATen operator or the module class that you name in ``@rule(...)``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass

import torch

from .. import intervals
from ..geometry import ReceptiveFieldError
from ..intervals import Intervals
from ..taps import window
from ..windows import read

BUILT_IN: dict[str, Callable] = {}
#: By the name of a function of PyTorch, not of an operator: for a call of it, the rule that speaks for it, or None.
FUNCTIONS: dict[str, Callable] = {}
_REGISTERED: dict[object, Callable] = {}
_NOT_PLAIN = {"torch", "builtins", "numpy", "types", "collections", "threading", "_thread"}


class UnknownOperation(ReceptiveFieldError):
    """What cannot be followed. The message names the operation, its module, and how to add a rule."""


def rule(*operations):
    """Register a rule for functions, ATen operators or module classes.

    For example, "each output may look anywhere"::

        @rule(torch.nn.functional.grid_sample)
        def _(call):
            return call.whole()

    The rule returns the intervals for the output: ``call.same()`` (element by element),
    ``call.window(kernel, stride, padding, dilation)``, or ``call.whole()``; for more see
    ``Call``. A later rule for the same operation takes the earlier one's place;
    ``rule.remove(operation)`` takes it away.
    """
    def register(function):
        for operation in operations:
            _REGISTERED[operation] = function
        return function

    for operation in operations:
        if not callable(operation):
            raise TypeError(f"@rule takes functions, operators or module classes, not {operation!r}")
    return register


rule.remove = lambda operation: _REGISTERED.pop(operation, None)


def registered(operation):
    """The user's rule for an operation, if there is one."""
    try:
        found = _REGISTERED.get(operation)
        if found is None and isinstance(operation, torch._ops.OpOverload):
            found = _REGISTERED.get(operation.overloadpacket)
        return found
    except TypeError:  # not hashable
        return None


def built_in(*names):
    """Register a rule of PyTorch's own operations, by the operators' names without overload."""
    def register(function):
        for name in names:
            BUILT_IN[name] = function
        return function
    return register


def function_rule(*names):
    """Register what to follow instead of the operators that a function of PyTorch executes.

    The decorated function is given the call before it runs, without outputs; it returns the rule to
    apply to it afterwards, or None where its operators are to be followed.
    """
    def register(function):
        for name in names:
            FUNCTIONS[name] = function
        return function
    return register


@dataclass
class Call:
    """One call of an operation, as a rule sees it."""

    name: str
    args: tuple
    kwargs: dict
    outputs: list  # the tensors it returned
    lookup: Callable[[torch.Tensor], Intervals | None]
    origin: Callable[[torch.Tensor], str] = lambda tensor: "constant"
    parameter_names: tuple[str, ...] = ()  # of the operator, in order
    function: Callable | None = None
    details: dict = field(default_factory=dict)  # for the table: kernel, stride, ..., multiply_adds
    axes: int = 2  # of the image, or of all inputs together
    zeros: Callable[[torch.Tensor], torch.Tensor | None] = lambda tensor: None
    notes: dict = field(default_factory=dict)  # what the rules of one run tell each other
    written: tuple = ()  # the tensors that the operation has written to, whose old values are gone

    bounded: Callable[[torch.Tensor], bool] = lambda tensor: False  # its values cannot grow with the image's

    def get(self, name, default=None):
        """An argument of an ATen operator by its name."""
        if name in self.kwargs:
            return self.kwargs[name]
        place = self.parameter_names.index(name) if name in self.parameter_names else len(self.args)
        return self.args[place] if place < len(self.args) else default

    @property
    def tensors(self) -> list[torch.Tensor]:
        """All tensors among the arguments, in order."""
        return flat_tensors((self.args, self.kwargs))

    def intervals(self, tensor) -> Intervals:
        """A tensor's intervals; the empty one for a constant."""
        return self.lookup(tensor) or self.nothing(tensor.shape)

    def nothing(self, shape) -> Intervals:
        """The intervals of a constant of a shape."""
        return intervals.nothing(shape, self.axes)

    @property
    def traced(self) -> list[torch.Tensor]:
        """The tensors among the arguments that depend on the image."""
        return [tensor for tensor in self.tensors if self.lookup(tensor) is not None]

    @property
    def shape(self) -> tuple[int, ...]:
        """The first output's shape."""
        return tuple(self.outputs[0].shape)

    def fixed(self, tensor) -> bool:
        """Whether a constant's values are structure, as a mask's are: known, not made of parameters or chance."""
        return (self.lookup(tensor) is None and not tensor.is_meta and not any(tensor is w for w in self.written)
                and self.origin(tensor) == "constant")

    def sure_zeros(self, tensor) -> torch.Tensor | None:
        """True where a constant is zero whatever training makes of parameters; None where it is not known to be."""
        if self.lookup(tensor) is not None or tensor.is_meta or any(tensor is w for w in self.written):
            return None
        return self.zeros(tensor)

    def same(self) -> Intervals:
        """Element by element: output i depends on element i of every input (broadcast)."""
        return intervals.union(self.shape, [self.lookup(t) for t in self.traced])

    def whole(self) -> Intervals:
        """Every output depends on every element of every input."""
        return intervals.whole([self.lookup(t) for t in self.traced], self.shape)

    def window(self, kernel, stride=1, padding=0, dilation=1, tensor=None) -> Intervals:
        """A sliding window over the map's axes, H and W of (N, C, H, W); mixes all channels.

        One number or one for each axis, (height, width). Raises ReceptiveFieldError where this
        does not give the output's size.
        """
        source = self.intervals(self.traced[0] if tensor is None else tensor)
        result, count = intervals.reduce(source, [1], True), len(source.shape) - 2
        numbers = [listed(value, count) for value in (kernel, stride, padding, dilation)]
        self.details.update(zip(("kernel", "stride", "padding", "dilation"), numbers))
        for dim, *window_of in zip(range(2, 2 + count), *numbers):
            result = read(result, dim, window(source.shape[dim], *window_of))
        if result.shape[2:] != self.shape[2:]:
            raise ReceptiveFieldError(f"the rule for {self.name} gives a map of {result.shape[2:]}, "
                                      f"but the operation returned {self.shape[2:]}")
        return intervals.broadcast(result, self.shape)


_LEAVES = {int, float, bool, str, type(None), torch.dtype, torch.device, torch.layout, torch.memory_format, torch.Size}


def keyed_tensors(tree, key="", depth=8) -> list[tuple[str, torch.Tensor]]:
    """All tensors in nested containers and plain objects, each by its key: "out", "[1]", "out[0]"; "" for one alone."""
    if isinstance(tree, torch.Tensor):
        return [(key, tree)]
    if type(tree) in _LEAVES or not depth:
        return []
    return [found for name, part in _parts(tree) for found in keyed_tensors(
        part, f"{key}[{str(name).strip('[]')}]" if key else str(name), depth - 1)]


def flat_tensors(tree, depth=8) -> list[torch.Tensor]:
    """All tensors in nested containers and plain objects, such as dataclasses."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if type(tree) in (tuple, list):  # the usual things first: this is asked some times for every operation
        parts = tree
    else:
        parts = [part for _, part in _parts(tree)] if type(tree) not in _LEAVES else ()
    return [found for part in parts if depth and type(part) not in _LEAVES for found in flat_tensors(part, depth - 1)]


def _parts(tree):
    """What a container or a plain object holds, by keys."""
    if isinstance(tree, Mapping):
        return tree.items()
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return zip(tree._fields, tree)
    if isinstance(tree, (tuple, list, set, frozenset, deque)):
        return ((f"[{i}]", part) for i, part in enumerate(tree))
    return _attributes(tree)


def _attributes(thing) -> list[tuple]:
    """The attributes of a plain object by their names: a dataclass, one with slots, a distribution of PyTorch's."""
    kind = type(thing)
    plain = kind.__module__.partition(".")[0] not in _NOT_PLAIN or kind.__module__.startswith("torch.distributions.")
    if not plain or isinstance(thing, type) or callable(thing) and not is_dataclass(thing):
        return []
    slots = [slot for base in kind.__mro__ for slot in listed_names(base.__dict__.get("__slots__", ()))]
    return [(name, getattr(thing, name)) for name in dict.fromkeys([*slots, *getattr(thing, "__dict__", ())])
            if hasattr(thing, name)]


def listed_names(slots) -> tuple[str, ...]:
    """The names in a class's slots, which may be one."""
    return (slots,) if isinstance(slots, str) else tuple(slots)


def listed(value, count) -> tuple[int, ...]:
    """A setting for each of ``count`` axes, from one number, one in a list, or a list."""
    value = (value,) if isinstance(value, int) else tuple(value)
    return value * count if len(value) == 1 else value
