"""One network's operations, as they run: what each depends on, which parameters it uses, what it overwrites."""

from __future__ import annotations

import torch

from .geometry import ReceptiveFieldError
from .intervals import Intervals, of_inputs, whole
from .measured import measured
from .operators import COSTLY, READINGS, Filler, base_name, without_computing
from .rules.attention import ATTENTION, is_plain
from .rules.pointwise import elementwise
from .rules.registry import BUILT_IN, Call, flat_tensors, keyed_tensors, registered
from .rules.structure import Zeros
from .storage import Memory, has_memory, key_of
from .trace_step import NoRule, Step

_BOUNDING = {"native_layer_norm", "native_group_norm", "layer_norm", "group_norm", "_softmax", "_safe_softmax",
             "sigmoid", "tanh", "_fused_rms_norm", "rms_norm", "hardsigmoid", "hardtanh", "sign", "sin", "cos"}
_GROWING = {"div", "reciprocal", "log", "rsqrt", "pow", "exp", "expm1", "log_softmax", "_log_softmax", "atanh", "tan"}
#: What they make has the shape of what they are given, and none of its values.
_FRESH = {"zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty",
          "new_empty_strided"}


class Interpreter:
    """The intervals of one run's tensors; ``operation`` runs one operation and works out its outputs'."""

    follows = True

    def __init__(self, network, axes=2):
        self.memory = Memory(axes)
        self.chance = False  # whether random numbers were drawn
        self._parameters: dict = {}  # the names and sizes of the parameters in each piece of memory
        for name, parameter in network.named_parameters():
            if has_memory(parameter):
                self._parameters.setdefault(key_of(parameter), []).append((name, parameter.numel()))
        self._uncounted = dict(self._parameters)
        self._trained = {key_of(p) for p in network.parameters() if has_memory(p) and not _is_mask(p)}
        self._learned = set(self._trained)  # the memory of parameters that can be trained, and of all made of them
        self._random: set = set()  # and of all that is made of random numbers
        self._rewritten: set = set()  # parameters' memory that the forward wrote to
        self._bounded: set = set()  # the memory of what cannot grow with the image: normalized, and made of that
        self._norms: dict = {}  # the memory of norms, and the memory whose norm they are
        self._zeros = Zeros(self._origin)
        self._lost: dict = {}  # the memory of what cannot be followed, and why: refused where it is returned
        self._notes: dict = {}  # what rules tell each other: of a pooling, for its unpooling
        self.decisions: list[bool] = []  # for a second run to take the same
        self._filler = Filler(1)

    def begin(self, space, tensors):
        """Follow the inputs."""
        self.memory.axes = len(space.pixels)
        for tensor, intervals in zip(tensors, of_inputs([t.shape for t in tensors], [i.dims for i in space.inputs])):
            self.memory.put(tensor, intervals)

    def operation(self, function, args, kwargs, mutated, step, unseen=False):
        """(output, whether it depends on the image). Raises NoRule, with the output, where that cannot be told how.

        ``step`` is the one under way; ``unseen``: no function of Python has called the operation.
        """
        name = function.overloadpacket.__name__
        tensors = flat_tensors((args, kwargs))
        if _draws(function):
            self.chance = True
        traced = [t for t in tensors if self._follows(t, function)]
        if any(key_of(t) in self._parameters for t in mutated):
            self._rewritten.update(key_of(t) for t in mutated)
        if mutated and not traced and any(key_of(t) in self._learned for t in tensors):
            self._zeros.before(mutated)
        skipped = without_computing(function, args, kwargs, self._filler) if traced and name in COSTLY else None
        if name in COSTLY:
            self.decisions.append(skipped is not None)
        output = function(*args, **kwargs) if skipped is None else skipped
        outputs, own, lost = flat_tensors(output), step, self.lost(tensors)
        if lost is not None:
            self.lose([*outputs, *mutated], lost)
            return output, True
        if traced and unseen:
            own = self._unseen(name, tensors, traced, step)
        for tensor in tensors:
            self.count(tensor, own)
        if not traced:
            self._note_origin(function, args, kwargs, tensors, [*outputs, *mutated], mutated)
            return output, False
        own.operations += 1
        if torch.Tag.inplace_view in function.tags:
            return output, True  # the same memory in another shape, which it can be looked up by
        name = base_name(function)
        call = self.call(name.rstrip("_") if mutated else name, function, args, kwargs, outputs or mutated, mutated)
        with torch._C.DisableTorchFunction():
            found = self._apply(function, call)
            if found is NotImplemented or found is None and call.outputs and call.name not in READINGS:
                raise NoRule(output)
            self.note(call, found, own, mutated)
            self._note_bounds(call.name, traced, outputs or mutated, bool(mutated))
            own.result = self.first(outputs or mutated) if own is not step else own.result
            if own is not step and own.result is not None:
                step.add(own)
        return output, True

    def _note_bounds(self, name, traced, outputs, written):
        """Note whether the values of what was made can grow without end when the image's do."""
        bounded = name in _BOUNDING or name not in _GROWING and all(key_of(t) in self._bounded for t in traced)
        first = key_of(traced[0])
        if name == "div" and len(traced) > 1 and self._norms.get(key_of(traced[1])) == first:
            bounded = True  # divided by its own norm
        for tensor in outputs:
            key = key_of(tensor)
            if name in ("linalg_vector_norm", "norm"):
                self._norms[key] = first
            elif name in ("clamp_min", "clamp"):
                self._norms[key] = self._norms.get(first)
            if bounded and (not written or name in _BOUNDING or key in self._bounded):
                self._bounded.add(key)
            else:
                self._bounded.discard(key)

    def _unseen(self, name, tensors, traced, parent):
        """A step for an operation that no function of Python called: a scripted network's are told by their weights."""
        parent.children = True
        keys = [key_of(t) for t in tensors]
        owner = next((self._parameters[key][0][0].rpartition(".")[0] for key in keys if key in self._parameters), "")
        label = f"{parent.name}.{name}()" if parent.name else f"{name}()"
        merged = [s for s in map(self.memory.get, traced) if s is not None]
        return Step(owner or label, name, None, source=merged[0] if merged else None, merged=merged)

    def _follows(self, tensor, function):
        if function.is_view and self.memory.in_parts(tensor):
            return True
        return self.memory.get(tensor) is not None

    def _apply(self, function, call):
        own = registered(function)
        if own:
            return own(call)
        if not call.outputs:
            return []
        if function.is_view and self.memory.in_parts(call.outputs[0]):
            return []
        known = BUILT_IN.get(call.name)
        if known:
            return known(call)
        if torch.Tag.pointwise in function.tags and function.namespace == "aten":
            return elementwise(call)
        if function.is_view and function.namespace == "aten" and has_memory(call.outputs[0]):
            return []  # a view without a rule of its own: the memory knows
        return measured(call)

    def lost(self, tree):
        """Why one of some tensors cannot be followed; None where all can."""
        return next((self._lost[key] for key in map(key_of, flat_tensors(tree)) if key in self._lost), None) \
            if self._lost else None

    def lose(self, tensors, why):
        """Note tensors that cannot be followed."""
        self._lost.update((key_of(t), why) for t in tensors)

    def _seen(self, tensor):
        """A tensor's intervals; None where it depends on nothing, or cannot be followed."""
        return None if self._lost and key_of(tensor) in self._lost else self.memory.get(tensor)

    def call(self, name, function, args, kwargs, outputs, written=()):
        """An operation as its rule sees it."""
        schema = [a.name for a in function._schema.arguments] if function is not None else ()
        return Call(name, tuple(args), dict(kwargs), outputs, self.memory.get, self._origin, tuple(schema), function,
                    axes=self.memory.axes, zeros=self._zeros.of, notes=self._notes,
                    written=tuple(written), bounded=lambda t: key_of(t) in self._bounded)

    def _note_origin(self, function, args, kwargs, inputs, outputs, mutated):
        """Constants made of parameters or of random numbers are told apart from fixed ones."""
        keys, made = [key_of(t) for t in inputs], [key_of(t) for t in outputs if has_memory(t)]
        if _draws(function) or any(key in self._random for key in keys):
            self._random.update(made)
        if any(key in self._learned for key in keys) and function.overloadpacket.__name__ not in _FRESH:
            with torch._C.DisableTorchFunction():
                self._learned.update(made)
                self._zeros.follow(function, args, kwargs, outputs, mutated)

    def _origin(self, tensor) -> str:
        """Where a constant's values come from: "random", "parameter", "computed" from one, or "constant"."""
        key = key_of(tensor)
        if key in self._random:
            return "random"
        if key in self._trained and key not in self._rewritten:
            return "parameter"
        return "computed" if key in self._learned else "constant"

    def by_chance(self, tensors) -> bool:
        """Whether values come from random numbers."""
        return any(key_of(t) in self._random for t in tensors)

    def note(self, call, found, step, mutated=()):
        """Store the intervals of a call's outputs."""
        results = found if isinstance(found, (list, tuple)) else [found] * (found is not None)
        step.details = {**call.details, **step.details}
        step.multiply_adds += call.details.get("multiply_adds", 0)
        targets = call.outputs
        if len(results) == 1 < len(targets):
            one = results[0]
            results = [one if one is None or one.shape == tuple(t.shape) else whole([one], t.shape) for t in targets]
        if results and len(results) != len(targets):
            raise ReceptiveFieldError(f"the rule for {call.name} tells of {len(results)} outputs, but the operation "
                                      f"returned {len(targets)}")
        for tensor, result in zip(targets, results):
            if result is None or not tensor.numel():
                continue
            if tuple(tensor.shape) != result.shape:
                raise ReceptiveFieldError(f"the rule for {call.name} gives shape {result.shape}, but the operation "
                                          f"returned {tuple(tensor.shape)}")
            if not has_memory(tensor):
                raise NoRule(None)  # it could not be found again
            (self.memory.write if any(tensor is m for m in mutated) else self.memory.put)(tensor, result)
        for tensor in mutated:
            if not any(tensor is t for t in targets) and has_memory(tensor):  # running statistics, noise
                self.memory.write(tensor, whole(map(self.memory.get, call.traced), tensor.shape))

    def tell(self, name, rule, args, kwargs, outputs, step, written=()):
        """Note what a rule for a whole function or module tells of its outputs."""
        if (lost := self.lost((args, kwargs))) is not None:
            self.lose(outputs, lost)
            return
        call = self.call(name, None, args, kwargs, outputs)
        self.note(call, rule(call), step, written)

    def count(self, tensor, step):
        """Add a parameter to the step that uses it first."""
        for _, number in self._uncounted.pop(key_of(tensor), ()):
            step.parameters += number

    def unused(self) -> tuple[str, ...]:
        """The names of the parameters that the forward did not use."""
        return tuple(name for parameters in self._uncounted.values() for name, _ in parameters)

    def attends(self, function, args, kwargs) -> bool:
        """Whether attention is followed as one operation."""
        call = self.call(ATTENTION, function, args, kwargs, [])
        self.decisions.append(is_plain(call, kwargs.get("attn_mask")))
        return self.decisions[-1]

    def speaks(self, tree) -> bool:
        """Whether a rule for a whole function or module has anything to tell: it takes what is followed, or lost."""
        self.decisions.append(self.first(tree) is not None or self.lost(tree) is not None)
        return self.decisions[-1]

    def spoken(self, rule, name, args, kwargs):
        """The rule that a function's rule has for this call; None where it has none."""
        found = rule(self.call(name, None, args, kwargs, []))
        self.decisions.append(found is not None)
        return found

    def all(self, tree) -> list[Intervals]:
        """The intervals of all tensors that depend on the image, in order."""
        return [found for found in map(self._seen, flat_tensors(tree)) if found is not None]

    def keyed(self, tree) -> list[tuple[str, Intervals]]:
        """The intervals of all tensors that depend on the image, each by its key in what is returned."""
        found = ((key, self._seen(tensor)) for key, tensor in keyed_tensors(tree))
        return [(key, spans) for key, spans in found if spans is not None]

    def first(self, tree) -> Intervals | None:
        """The intervals of the first tensor that depends on the image."""
        return next((found for found in map(self._seen, flat_tensors(tree)) if found is not None), None)


def _draws(function):
    """Whether an operator draws random numbers; attention is only tagged so because of its dropout."""
    return torch.Tag.nondeterministic_seeded in function.tags and function.overloadpacket.__name__ != ATTENTION


def _is_mask(parameter):
    """Whether a parameter is structure: places, or a mask of zeros and another number, that is not to be trained."""
    if parameter.requires_grad or parameter.is_meta or not parameter.numel():
        return False
    if not parameter.is_floating_point():
        return True
    low, high = parameter.amin(), parameter.amax()
    return bool((low == 0) ^ (high == 0)) and bool(((parameter == low) | (parameter == high)).all())
