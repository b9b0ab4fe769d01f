"""Following a network while it runs: every ATen operation, the module it runs in, a row for each step.

Three things listen during one forward pass: a dispatch mode sees each operation that is really
executed, whoever calls it; a function mode sees the function by which the network called it;
and hooks tell which module is running. Nothing is left behind.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

from . import mixing_rules, move_rules, spatial_rules  # noqa: F401  (they register their rules)
from . import rules
from .geometry import ReceptiveFieldError
from .memory import Memory, key_of
from .rules import Call, UnknownOperation, flat_tensors, registered
from .shadow import Shadow, of_image

#: Ways out of the graph: what they return no longer tells where it came from.
_EXITS = {"item", "tolist", "numpy", "__array__", "__dlpack__", "__bool__", "__float__", "__int__", "__index__",
          "data_ptr"}

#: What takes nearly all of a forward's time. Their values are not needed: a network whose flow
#: depends on values of the image is refused, so that zeros of the right shape do.
_COSTLY = {"convolution", "mm", "addmm", "bmm", "baddbmm"}


@dataclass
class Step:
    """One module call or one function call, as it becomes a row of the table."""

    name: str
    op: str
    module: torch.nn.Module | None
    call: int = 1
    source: Shadow | None = None
    result: Shadow | None = None
    details: dict = field(default_factory=dict)
    parameters: int = 0
    multiply_adds: int = 0
    operations: int = 0
    merged: list = field(default_factory=list)  # the shadows that were brought together
    inside: list = field(default_factory=list)  # steps made within a module's call
    children: bool = False


class Follower:
    """Runs a network once and collects the steps; use ``run``."""

    def __init__(self, network):
        self.network = network
        self.memory = Memory()
        self.names = {id(module): name for name, module in reversed(list(network.named_modules()))}
        self.parameters = {key_of(p): p.numel() for p in network.parameters() if _has_memory(p)}
        self.state = {key_of(t) for t in (*network.parameters(), *network.buffers()) if _has_memory(t)}
        self.uncounted = dict(self.parameters)
        self.learned = set(self.parameters)
        self.rewritten: dict = {}  # storages of the network that the forward wrote: (tensor, old values)
        self.open: list[Step] = [Step("", type(network).__name__, network)]
        self.uses: dict = {}
        self.functions: list = []
        self.asleep = 0
        self.error: Exception | None = None
        self.failed_in, self.failed_on = "", None

    def run(self, image, *args):
        """The network's output for one image batch; the steps are in ``self.open[0].inside``."""
        with self.silence():
            self.memory.put(image, of_image(image.shape))
            self.open[0].source = self.memory.get(image)
        with ExitStack() as stack:
            for module in self.network.modules():  # around the module's own hooks, which may change what it takes
                hook = module.register_forward_pre_hook(self._enter, prepend=True, with_kwargs=True)
                stack.callback(hook.remove)
                hook = module.register_forward_hook(self._leave, with_kwargs=True, always_call=True)
                stack.callback(hook.remove)
            stack.callback(self._put_back)
            stack.enter_context(_Operations(self))
            stack.enter_context(_Functions(self))
            output = self.network(image)
            with self.silence():
                self.open[0].result = self._first(output)
        if self.error:
            raise self.error
        return output

    # Modules -------------------------------------------------------------------------------

    def _enter(self, module, args, kwargs):
        with self.silence():
            name = self.names.get(id(module), type(module).__name__)
            if self._is_root(module):
                return
            step = Step(name, type(module).__name__, module, source=self._first((args, kwargs)))
            self.open[-1].children = True
            self.open.append(step)
        if registered(type(module)):
            self.asleep += 1

    def _leave(self, module, args, kwargs, output):
        if self._is_root(module):
            return
        own = registered(type(module))
        if own:
            self.asleep -= 1
        step = self.open.pop()
        if output is None and self.failed_in:
            return
        with self.silence():
            tensors = flat_tensors(output)
            if own and self._first((args, kwargs)) is not None:
                call = self._call(type(module).__name__, None, args, kwargs, tensors)
                self._note(call, own(call), step)
                for parameter in module.parameters():
                    self._count(parameter, step)
            step.result = self._first(tensors)
            if step.result is None:
                return
            self._number(step)
            self.open[-1].inside.append(step)

    def _is_root(self, module):
        return module is self.network and len(self.open) == 1 and not registered(type(module))

    def _number(self, step):
        self.uses[step.name] = step.call = self.uses.get(step.name, 0) + 1

    def _first(self, tree) -> Shadow | None:
        """The shadow of the first tensor that depends on the image."""
        for tensor in flat_tensors(tree):
            shadow = self.memory.get(tensor) if _has_memory(tensor) else None
            if shadow is not None:
                return shadow
        return None

    # Operations ----------------------------------------------------------------------------

    def operation(self, function, args, kwargs):
        """Run one ATen operation and note what its outputs depend on."""
        name = function.overloadpacket.__name__
        mutated = _mutated(function, args, kwargs)
        tensors = flat_tensors((args, kwargs))
        for tensor in mutated:
            self._before_write(tensor)
        if self.asleep:
            return function(*args, **kwargs)
        traced = [t for t in tensors if self.memory.get(t) is not None]
        output = _without_computing(function, args, kwargs) if traced and name in _COSTLY else None
        output = function(*args, **kwargs) if output is None else output
        step = self.open[-1]
        for tensor in tensors:
            self._count(tensor, step)
        outputs = [t for t in flat_tensors(output)]
        if not traced:
            if any(key_of(t) in self.learned for t in tensors):
                self.learned.update(key_of(t) for t in outputs)
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
        for tensor in outputs or mutated:
            if not tensor.numel() and tensor.dim() > 1:
                raise ReceptiveFieldError(f"the map shrinks to nothing (shape {tuple(tensor.shape)})")
        return output

    def _apply(self, function, call):
        own = registered(function)
        if own:
            return own(call)
        if not call.outputs:
            return NotImplemented if call.name in ("_local_scalar_dense", "equal", "item") else []
        known = rules.BUILT_IN.get(call.name)
        if known:
            return known(call)
        if torch.Tag.pointwise in function.tags:
            return mixing_rules.elementwise(call)
        if call.name == "as_strided" or function.is_view:
            return []  # a view without a rule of its own: the memory knows
        return NotImplemented

    def _call(self, name, function, args, kwargs, outputs):
        schema = [a.name for a in function._schema.arguments] if function is not None else ()
        call = Call(name, tuple(args), dict(kwargs), outputs, self._lookup, self._learned, tuple(schema), function)
        call.computed = lambda t: key_of(t) not in self.parameters or key_of(t) in self.rewritten
        return call

    def _lookup(self, tensor):
        return self.memory.get(tensor) if _has_memory(tensor) else None

    def _learned(self, tensor):
        return key_of(tensor) in self.learned

    def _note(self, call, found, step, mutated=()):
        """Store the shadows of a call's outputs."""
        shadows = found if isinstance(found, (list, tuple)) else [found] * bool(found)
        step.details = {**call.details, **step.details}
        step.multiply_adds += call.details.get("multiply_adds", 0)
        targets = mutated or call.outputs
        if len(shadows) == 1 and len(targets) > 1:
            shadows = [shadows[0] if t.shape == shadows[0].shape else None for t in targets]
        for tensor, shadow in zip(targets, shadows):
            if shadow is None or not tensor.numel():
                continue
            if tuple(tensor.shape) != shadow.shape:
                raise ReceptiveFieldError(f"the rule for {call.name} gives shape {shadow.shape}, but the operation "
                                          f"returned {tuple(tensor.shape)}")
            (self.memory.write if mutated else self.memory.put)(tensor, shadow)

    def _count(self, tensor, step):
        number = self.uncounted.pop(key_of(tensor), 0) if _has_memory(tensor) else 0
        step.parameters += number

    def _before_write(self, tensor):
        """Keep the values of the network's own tensors before its forward writes to them."""
        key = key_of(tensor) if _has_memory(tensor) else None
        if key in self.state and key not in self.rewritten:
            flat = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
            self.rewritten[key] = (flat, flat.clone())

    def _put_back(self):
        for flat, values in self.rewritten.values():
            flat.copy_(values)

    # Functions -----------------------------------------------------------------------------

    def function(self, function, args, kwargs):
        """Run one function that the network called, as a step of its own."""
        if self.asleep or len(self.functions) > 0:
            return function(*args, **kwargs)
        plain = getattr(function, "__name__", str(function))
        if plain in _EXITS and self._first(args) is not None and not registered(function):
            raise self.unknown(function, None)
        own = registered(function)
        if own is None and plain == "pad" and "circular" in (kwargs.get("mode"), *args[2:3]):
            own = spatial_rules.circular_pad
        own = own if own and self._first((args, kwargs)) is not None else None
        parent, step = self.open[-1], Step("", plain.strip("_"), None)
        with self.silence():
            step.source = self._first((args, kwargs))
            step.merged = [s for s in map(self._lookup, flat_tensors((args, kwargs))) if s is not None]
        self.open.append(step)
        self.functions.append(function)
        self.asleep += bool(own)
        try:
            output = function(*args, **kwargs)
        finally:
            self.asleep -= bool(own)
            self.functions.pop()
            self.open.remove(step)
        with self.silence():
            if own:
                call = self._call(plain, None, args, kwargs, flat_tensors(output))
                self._note(call, own(call), step)
                for tensor in call.tensors:
                    self._count(tensor, step)
                step.operations += 1
            step.result = self._first(output)
            if step.result is not None and (step.operations or own):
                step.name = f"{parent.name}.{step.op}()" if parent.name else f"{step.op}()"
                parent.inside.append(step)
            else:
                parent.parameters += step.parameters
                parent.operations += step.operations
        return output

    def unknown(self, function, call) -> UnknownOperation:
        """The error for an operation without a rule."""
        called = self.functions[-1] if self.functions else function
        name = _name(called)
        inner = f" (operator {function})" if str(function) not in name and function is not called else ""
        module = next((s for s in reversed(self.open) if s.module is not None), self.open[0])
        where = f"{module.name!r} ({module.op})" if module.name else f"the network itself ({module.op})"
        exit = getattr(called, "__name__", "") in _EXITS or call is not None and not call.outputs
        why = ("it takes values of the image out of the graph" if exit
               else "what its outputs depend on is not known")
        register = name if not name.startswith("aten") else f"torch.ops.{name}"
        return UnknownOperation(
            f"no rule for {name}{inner}, called in {where}: {why}. Register one:\n\n"
            f"    from mnist_lib import rule\n\n    @rule({register})\n    def _(call):\n"
            f"        return call.whole()  # or call.same(), call.window(kernel, stride, padding, dilation)\n")

    @contextmanager
    def silence(self):
        """While this lasts, our own tensor work is not followed."""
        with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction():
            yield

    def fail(self, error):
        """Remember the first error and where it happened, even if the network catches it."""
        if not self.failed_in:
            step = next((s for s in reversed(self.open) if s.module is not None and s.name), None)
            self.failed_in = f"{step.name!r} ({step.op})" if step else "its own forward"
            self.failed_on = step.source.shape if step and step.source else None
        if isinstance(error, ReceptiveFieldError) and self.error is None:
            self.error = error


class _Operations(TorchDispatchMode):
    def __init__(self, follower):
        super().__init__()
        self.follower = follower

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        try:
            return self.follower.operation(function, args, kwargs or {})
        except Exception as error:
            self.follower.fail(error)
            raise


class _Functions(TorchFunctionMode):
    def __init__(self, follower):
        super().__init__()
        self.follower = follower

    def __torch_function__(self, function, types, args=(), kwargs=None):
        try:
            return self.follower.function(function, args, kwargs or {})
        except Exception as error:
            self.follower.fail(error)
            raise


def _without_computing(function, args, kwargs):
    """Zeros of the shape and layout that an operation returns; None where it must be run to tell."""
    def described(value):
        return value.to("meta") if isinstance(value, torch.Tensor) else value

    if function.overloadpacket.__name__ == "convolution":
        image, weight, groups = args[0], args[1], args[8]
        if image.shape[1 - (image.dim() < weight.dim())] != weight.shape[1] * groups and not args[6]:
            return None  # to have PyTorch say it
    try:
        shape = function(*map(described, args), **{k: described(v) for k, v in kwargs.items()})
        if min(shape.shape, default=1) < 1:
            return None
        return torch.empty_strided(shape.shape, shape.stride(), dtype=shape.dtype, device=args[0].device).zero_()
    except Exception:  # whatever it is, the operation itself will say it better
        return None


def _has_memory(tensor):
    try:
        tensor.untyped_storage()
        return True
    except (NotImplementedError, RuntimeError):
        return False


def _mutated(function, args, kwargs):
    """The tensors that an operation writes to."""
    written = []
    for place, argument in enumerate(function._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            value = kwargs.get(argument.name, args[place] if place < len(args) else None)
            written += flat_tensors(value)
    return written


def _name(function):
    if isinstance(function, torch._ops.OpOverload):
        return str(function.overloadpacket)
    try:
        return resolve_name(function) or f"{function.__module__}.{function.__qualname__}"
    except AttributeError:
        return getattr(function, "__name__", str(function))


