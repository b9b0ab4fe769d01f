"""Following a network while it runs: every ATen operation, the module it runs in, a row for each step.

Three things listen during one forward pass: a dispatch mode sees each operation that is really
executed, whoever calls it; a function mode sees the function by which the network called it;
and hooks tell which module is running. Nothing is left behind.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from .geometry import ReceptiveFieldError
from .inputs import arguments
from .interpreter import Execution, Step
from .intervals import of_inputs
from .operators import EXITS, explanation, name_of
from .rules import spatial
from .rules.registry import UnknownOperation, flat_tensors, registered


class Follower(Execution):
    """Runs a network once and collects the steps; use ``run``."""

    def __init__(self, network):
        super().__init__(network)
        self.network = network
        self.names = {id(module): name for name, module in reversed(list(network.named_modules()))}
        self.error: Exception | None = None
        self.failed_in, self.failed_on = "", None

    def run(self, space, tensors):
        """The network's output for its inputs; the steps are in ``self.open[0].inside``."""
        with self.silence():
            self.memory.axes = len(space.pixels)
            for tensor, shadow in zip(tensors, of_inputs([t.shape for t in tensors], [i.axes for i in space.inputs])):
                self.memory.put(tensor, shadow)
            self.open[0].source = self.memory.get(tensors[0])
        args, kwargs = arguments(self.network, space, tensors)
        with ExitStack() as stack:
            for module in self._hookable():
                hook = module.register_forward_pre_hook(self._enter, prepend=True, with_kwargs=True)
                stack.callback(hook.remove)
                hook = module.register_forward_hook(self._leave, with_kwargs=True, always_call=True)
                stack.callback(hook.remove)
            stack.callback(self.put_back)
            stack.enter_context(_Operations(self))
            stack.enter_context(_Functions(self))
            output = self.network(*args, **kwargs)
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
                self.open[-1].waiting += step.parameters + step.waiting
                return
            self.open[-1].add(step)

    def _hookable(self):
        """The modules to listen to, around their own hooks, which may change what goes in and out."""
        return [m for m in self.network.modules() if not isinstance(m, torch.jit.ScriptModule)]

    def _is_root(self, module):
        return module is self.network and len(self.open) == 1 and not registered(type(module))

    # Functions -----------------------------------------------------------------------------

    def function(self, function, args, kwargs):
        """Run one function that the network called, as a step of its own."""
        if self.asleep or len(self.functions) > 0:
            return function(*args, **kwargs)
        plain = getattr(function, "__name__", str(function))
        if plain in EXITS and self._first(args) is not None and not registered(function):
            raise self.unknown(function, None)
        own = registered(function)
        if own is None and plain == "pad" and "circular" in (kwargs.get("mode"), *args[2:3]):
            own = spatial.circular_pad
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
                parent.add(step)
            else:
                parent.waiting += step.parameters + step.waiting
                parent.operations += step.operations
        return output

    def unknown(self, function, call) -> UnknownOperation:
        called = self.functions[-1] if self.functions else function
        module = next((s for s in reversed(self.open) if s.module is not None), self.open[0])
        exit = name_of(called).rpartition(".")[2] in EXITS or call is not None and not call.outputs
        return UnknownOperation(explanation(called, function, module, exit))

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
    @classmethod
    def _should_skip_dynamo(cls):
        return False  # torch would load its compiler to skip this; nothing is compiled here (calculator.py)

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
