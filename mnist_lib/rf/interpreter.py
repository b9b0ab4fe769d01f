"""One network's run, operation by operation: what is executed, what it depends on, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from .geometry import ReceptiveFieldError
from .intervals import Shadow, broadcast, reduce
from .operators import COSTLY, has_memory, mutated_by, without_computing
from .rules.pointwise import elementwise
from .rules.registry import BUILT_IN, Call, UnknownOperation, flat_tensors, registered
from .storage import Memory, key_of


@dataclass
class Step:
    """One module call or one function call, as it becomes a row of the table."""

    name: str
    op: str
    module: torch.nn.Module | None
    source: Shadow | None = None
    result: Shadow | None = None
    details: dict = field(default_factory=dict)
    parameters: int = 0
    multiply_adds: int = 0
    operations: int = 0
    merged: list = field(default_factory=list)  # the shadows that were brought together
    inside: list = field(default_factory=list)  # steps made within a module's call
    children: bool = False
    waiting: int = 0  # parameters that went through something untraced, on their way to the next step

    def add(self, step):
        """Append a step made within this one; what waited is counted there."""
        step.parameters, self.waiting = step.parameters + self.waiting, 0
        self.inside.append(step)


class Execution:
    """The operations of one run: their shadows, the parameters they use, what they overwrite.

    ``open`` are the steps under way, from the network itself to the innermost one.
    """

    def __init__(self, network):
        self.memory = Memory()
        self.open: list[Step] = [Step("", type(network).__name__, network)]
        self.functions: list = []  # the function that the network has called, while it runs
        self.asleep = 0  # above zero where a rule stands for all that happens inside
        self._parameters: dict = {}  # the names and sizes of the parameters in each piece of memory
        for name, parameter in network.named_parameters():
            if has_memory(parameter):
                self._parameters.setdefault(key_of(parameter), []).append((name, parameter.numel()))
        held = [t for m in network.modules() for t in vars(m).values() if isinstance(t, torch.Tensor)]
        self._state = {key_of(t) for t in (*network.parameters(), *network.buffers(), *held) if has_memory(t)}
        self._uncounted = dict(self._parameters)
        self._learned = set(self._parameters)  # the memory of parameters and of all that is made of them
        self._random: set = set()  # and of all that is made of random numbers
        self._rewritten: dict = {}  # the network's own memory that the forward wrote: (tensor, old values)

    def operation(self, function, args, kwargs):
        """Run one ATen operation and note what its outputs depend on."""
        name = function.overloadpacket.__name__
        mutated = mutated_by(function, args, kwargs)
        tensors = flat_tensors((args, kwargs))
        for tensor in mutated:
            self._before_write(tensor)
        if self.asleep:
            return function(*args, **kwargs)
        traced = [t for t in tensors if self.memory.get(t) is not None]
        output = without_computing(function, args, kwargs) if traced and name in COSTLY else None
        output = function(*args, **kwargs) if output is None else output
        outputs = flat_tensors(output)
        step = self.open[-1] if self.functions or not traced else self._unseen(name, tensors, traced)
        for tensor in tensors:
            self._count(tensor, step)
        if not traced:
            self._note_origin(function, tensors, [*outputs, *mutated])
            return output
        step.operations += 1
        if torch.Tag.inplace_view in function.tags:
            return output  # the same memory in another shape, which it can be looked up by
        for unfed in self.open:
            unfed.source = unfed.source or self.memory.get(traced[0])
        call = self._call(name.rstrip("_") if mutated else name, function, args, kwargs, outputs or mutated)
        with torch._C.DisableTorchFunction():
            found = self._apply(function, call)
            if found is NotImplemented:
                raise self.unknown(function, call)
            self._note(call, found, step, mutated)
            if step is not self.open[-1]:
                step.result = self._first(outputs or mutated)
                if step.result is not None:
                    self.open[-1].add(step)
        for tensor in outputs or mutated:
            if not tensor.numel() and tensor.dim() > 1:
                raise ReceptiveFieldError(f"the map shrinks to nothing (shape {tuple(tensor.shape)})")
        return output

    def _unseen(self, name, tensors, traced):
        """A step for an operation that no function of Python called: a scripted network's are told by their weights."""
        parent = self.open[-1]
        parent.children = True
        keys = [key_of(t) for t in tensors if has_memory(t)]
        owner = next((self._parameters[key][0][0].rpartition(".")[0] for key in keys if key in self._parameters), "")
        label = f"{parent.name}.{name}()" if parent.name else f"{name}()"
        merged = [s for s in map(self._lookup, traced) if s is not None]
        return Step(owner or label, name, None, source=merged[0], merged=merged)

    def _apply(self, function, call):
        own = registered(function)
        if own:
            return own(call)
        if not call.outputs:
            return NotImplemented if call.name in ("_local_scalar_dense", "equal", "item") else []
        known = BUILT_IN.get(call.name)
        if known:
            return known(call)
        if torch.Tag.pointwise in function.tags:
            return elementwise(call)
        if function.is_view and all(t.element_size() == call.traced[0].element_size() for t in call.outputs):
            return []  # a view without a rule of its own: the memory knows
        return NotImplemented

    def _call(self, name, function, args, kwargs, outputs):
        schema = [a.name for a in function._schema.arguments] if function is not None else ()
        return Call(name, tuple(args), dict(kwargs), outputs, self._lookup, self._origin, tuple(schema), function,
                    axes=self.memory.axes)

    def _lookup(self, tensor):
        return self.memory.get(tensor) if has_memory(tensor) else None

    def _note_origin(self, function, inputs, outputs):
        """Constants made of parameters or of random numbers are told apart from fixed ones."""
        keys = [key_of(t) for t in inputs]
        made = [key_of(t) for t in outputs]
        if any(key in self._learned for key in keys):
            self._learned.update(made)
        if torch.Tag.nondeterministic_seeded in function.tags or any(key in self._random for key in keys):
            self._random.update(made)

    def _origin(self, tensor) -> str:
        """Where a constant's values come from: "random", "parameter", "computed" from one, or "constant"."""
        key = key_of(tensor)
        if key in self._random:
            return "random"
        if key in self._parameters and key not in self._rewritten:
            return "parameter"
        return "computed" if key in self._learned else "constant"

    def _note(self, call, found, step, mutated=()):
        """Store the shadows of a call's outputs."""
        shadows = found if isinstance(found, (list, tuple)) else [found] * bool(found)
        step.details = {**call.details, **step.details}
        step.multiply_adds += call.details.get("multiply_adds", 0)
        targets = mutated or call.outputs
        if len(shadows) == 1 < len(targets):
            shadows = [_fitted(shadows[0], t.shape) for t in targets]
        if shadows and len(shadows) != len(targets):
            raise ReceptiveFieldError(f"the rule for {call.name} tells of {len(shadows)} outputs, but the operation "
                                      f"returned {len(targets)}")
        for tensor, shadow in zip(targets, shadows):
            if shadow is None or not tensor.numel():
                continue
            if tuple(tensor.shape) != shadow.shape:
                raise ReceptiveFieldError(f"the rule for {call.name} gives shape {shadow.shape}, but the operation "
                                          f"returned {tuple(tensor.shape)}")
            (self.memory.write if mutated else self.memory.put)(tensor, shadow)

    def _count(self, tensor, step):
        for _, number in self._uncounted.pop(key_of(tensor), ()) if has_memory(tensor) else ():
            step.parameters += number

    def unused(self) -> tuple[str, ...]:
        """The names of the parameters that the forward did not use."""
        return tuple(name for parameters in self._uncounted.values() for name, _ in parameters)

    def _before_write(self, tensor):
        """Keep the values of the network's own tensors before its forward writes to them."""
        key = key_of(tensor) if has_memory(tensor) else None
        if key in self._state and key not in self._rewritten:
            flat = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
            self._rewritten[key] = (flat, flat.clone())

    def put_back(self):
        """Undo what the forward wrote into the network's own parameters and buffers."""
        for flat, values in self._rewritten.values():
            flat.copy_(values)

    def _first(self, tree) -> Shadow | None:
        """The shadow of the first tensor that depends on the image."""
        for tensor in flat_tensors(tree):
            shadow = self.memory.get(tensor) if has_memory(tensor) else None
            if shadow is not None:
                return shadow
        return None

    def unknown(self, function, call) -> UnknownOperation:
        """The error for an operation without a rule."""
        raise NotImplementedError


def _fitted(shadow, shape) -> Shadow:
    """The shadow for an output of another shape: everything, as it is not known which part."""
    if shadow.shape == tuple(shape):
        return shadow
    return broadcast(reduce(shadow, range(len(shadow.shape)), False), shape)
