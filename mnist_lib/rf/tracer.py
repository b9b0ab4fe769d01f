"""Following a network while it runs: every ATen operation, the module it runs in, a row for each step.

A dispatch mode sees each operation that is really executed, whoever calls it; a function mode sees the function
by which it was called; and hooks tell which module is running. Nothing is left behind.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

import torch

from .arguments import arguments
from .exits import Exits
from .flow import Flow
from .geometry import ReceptiveFieldError
from .journal import Journal
from .modes import Functions, Operations, silence
from .operators import ARRAYS, READINGS, base_name, mutated_by, unknown_operation, where
from .rules.attention import ATTENTION, by_scores
from .rules.registry import FUNCTIONS, UnknownOperation, flat_tensors, registered
from .snapshot import Written
from .trace_step import NoRule, Step

_BLANK = {"empty", "empty_strided", "new_empty", "new_empty_strided", "empty_like", "empty_permuted"}


class Tracer:
    """Runs a network once, and notes its steps and what it executed; use ``run``.

    ``open`` are the steps under way, from the network itself to the innermost one.
    """

    def __init__(self, network, interpreter, held=(), alter=None):
        self.network = network
        self.interpreter = interpreter
        self.written = Written(held)
        self.exits = Exits(alter)
        self.flow = Flow(interpreter.follows)
        self.journal = Journal(held)
        self.open: list[Step] = [Step("", type(network).__name__, network)]
        self.asleep = 0  # above zero where a rule stands for all that happens inside
        self.names = {id(module): name for name, module in reversed(list(network.named_modules()))}
        self.functions: list = []  # the function that the network has called, while it runs
        self.error, self.failed_in, self.failed_on = None, "", None
        self.drew = False  # whether random numbers were drawn, which who runs it finds out

    def run(self, space, tensors):
        """The network's output for its inputs; the steps are in ``self.open[0].inside``."""
        with silence():
            self.interpreter.begin(space, tensors)
            self.journal.made(tensors)
            self.flow.begin(tensors)
            self.open[0].source = self.interpreter.first(tensors[0])
        args, kwargs = arguments(self.network, space, tensors)
        with ExitStack() as stack:
            for module in self.network.modules():  # around their own hooks, which may change what goes in and out
                hook = torch.nn.Module.register_forward_pre_hook(module, self._enter, prepend=True, with_kwargs=True)
                stack.callback(hook.remove)
                hook = torch.nn.Module.register_forward_hook(module, self._leave, with_kwargs=True, always_call=True)
                stack.callback(hook.remove)
            stack.callback(self.written.put_back)
            stack.enter_context(Operations(self))
            stack.enter_context(Functions(self))
            output = self.network(*args, **kwargs)
            with silence():
                self._check_size(output)
                if (lost := self.interpreter.lost(output)) is not None:
                    raise lost
                self.open[0].result = self.interpreter.first(output)
                self.open[0].results = self.interpreter.keyed(output)
                self.journal.enters("", flat_tensors(output))
                self.flow.note(self.open[0], output)
        if self.error:
            raise self.error
        return output

    # Operations ------------------------------------------------------------------------------

    def operation(self, function, args, kwargs):
        """Run one ATen operation and note what its outputs depend on."""
        mutated = mutated_by(function, args, kwargs)
        for tensor in mutated:
            self.written.before(tensor)
        if self.asleep:
            output = function(*args, **kwargs)
            self.journal.made(flat_tensors(output), inside=True)
            self.flow.note(self.open[-1], (args, kwargs), output, mutated)
            return output
        name, before = base_name(function), len(self.open[-1].inside)
        if name == ATTENTION and not self.interpreter.attends(function, args, kwargs):
            with Operations(self):
                return by_scores(*args, **kwargs)
        tidied = name == "equal" and not self.functions and self.interpreter.first(args) is None
        if not tidied:  # TorchScript compares its constants, in an order of its own
            self.journal.note(name, self._module().name, args, kwargs, mutated, function.is_view)
        try:
            output, depends = self.interpreter.operation(function, args, kwargs, mutated, self.open[-1],
                                                                not self.functions)
        except NoRule as unknown:
            if unknown.args[0] is None or torch.Tag.dynamic_output_shape in function.tags:
                raise self.unknown(function) from None  # its size, a plain number, may depend on the image, too
            output, depends = unknown.args[0], True
            self.interpreter.lose([*flat_tensors(output), *mutated], self.unknown(function))
        unseen = self.open[-1].inside[before:]  # a step of the operation's own, where nobody called it
        self.flow.note(unseen[0] if unseen else self.open[-1], (args, kwargs), output, mutated)
        made = flat_tensors(output)
        for tensor in made if name in _BLANK else ():
            tensor.zero_() if tensor.layout is torch.strided and not tensor.is_quantized else None
        if not function.is_view and not name.startswith("set_"):  # these have the memory of something else
            self.journal.made(made, name in _BLANK)
        if depends:
            for unfed in self.open:
                unfed.source = unfed.source or self.interpreter.first((args, kwargs))
        if name in READINGS:
            chance = not depends and self.interpreter.by_chance(flat_tensors(args))
            called = self.functions[-1] if self.functions else function
            return self.exits.leave(output, called, self._module(), "image" if depends else "chance" if chance else "")
        return output

    # Modules -------------------------------------------------------------------------------

    def _enter(self, module, args, kwargs):
        with silence():
            if self._is_root(module):
                return
            name = self.names.get(id(module), type(module).__name__)
            if not self.asleep:
                self.journal.enters(self._module().name, flat_tensors((args, kwargs)), name)
            step = Step(name, type(module).__name__, module, source=self.interpreter.first((args, kwargs)))
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
        self._check_size(output)
        step = self.open.pop()
        if output is None and self.failed_in:
            return
        with silence():
            tensors = flat_tensors(output)
            if own:
                self.journal.ruled(tensors)
                self.journal.trusting = True
            if own or not (step.inside or step.reads):  # what passes on its input counts as a layer all the same
                self.flow.note(step, (args, kwargs), tensors)
            if own and tensors and self.interpreter.speaks((args, kwargs)):
                self.interpreter.tell(type(module).__name__, own, args, kwargs, tensors, step)
                for parameter in module.parameters():
                    self.interpreter.count(parameter, step)
            step.result = self.interpreter.first(tensors)
            step.results = self.interpreter.keyed(output) if len(tensors) > 1 else []
            if step.result is None:
                self.open[-1].waiting += step.parameters + step.waiting
                return
            self.open[-1].add(step)

    def _check_size(self, output):
        """Raise where the step under way has made nothing of a map."""
        with silence():
            tensors = flat_tensors(output)
            if self.open[-1].source is None or not tensors or any(t.numel() or t.dim() < 2 for t in tensors):
                return
        error = ReceptiveFieldError(f"the map shrinks to nothing (shape {tuple(tensors[0].shape)})")
        self.fail(error)
        raise error

    def _is_root(self, module):
        return module is self.network and len(self.open) == 1 and not registered(type(module))

    def _module(self) -> Step:
        return next((s for s in reversed(self.open) if s.module is not None), self.open[0])

    # Functions -----------------------------------------------------------------------------

    def function(self, function, args, kwargs):
        """Run one function that the network called, as a step of its own."""
        if self.asleep or self.functions:
            return function(*args, **kwargs)
        plain = getattr(function, "__name__", str(function))
        own = registered(function) or FUNCTIONS.get(plain)
        if own is None and plain not in ARRAYS and not self.interpreter.follows:
            with self._calling(function):  # in a second run, which makes no rows
                return function(*args, **kwargs)
        with silence():
            merged = self.interpreter.all((args, kwargs))
            source = merged[0] if merged else None
            own = own if own and self.interpreter.speaks((args, kwargs)) else None
        if plain in ARRAYS and own is None:
            return self._array(function, args, kwargs, source)
        step = Step("", plain.strip("_"), None, source=source, merged=merged)
        if own and not registered(function):
            with silence():  # does it speak for this call?
                own = self.interpreter.spoken(own, plain, args, kwargs)
        self.open.append(step)
        self.asleep += bool(own)
        try:
            with self._calling(function):
                output = function(*args, **kwargs)
        finally:
            self.asleep -= bool(own)
            self.open.remove(step)
        with silence():
            if own:
                self._note_function(function, plain, own, args, kwargs, output, step)
            self._close(step, output, own)
        return output

    @contextmanager
    def _calling(self, function):
        """While it runs, operations are called by this function."""
        self.functions.append(function)
        try:
            yield
        finally:
            self.functions.pop()

    def _note_function(self, function, plain, own, args, kwargs, output, step):
        outputs = flat_tensors(output)
        if not outputs:
            raise self.unknown(function)
        inputs = flat_tensors((args, kwargs))
        written = [t for t in outputs if any(t is a for a in inputs)]
        self.journal.ruled(outputs)
        self.interpreter.tell(plain, own, args, kwargs, outputs, step, written if len(written) == len(outputs) else ())
        for tensor in inputs:
            self.interpreter.count(tensor, step)
        step.operations += 1

    def _close(self, step, output, own):
        parent = self.open[-1]
        step.result = self.interpreter.first(output)
        if step.result is not None and (step.operations or own):
            step.name = f"{parent.name}.{step.op}()" if parent.name else f"{step.op}()"
            parent.add(step)
        else:
            parent.waiting += step.parameters + step.waiting
            parent.operations += step.operations

    def _array(self, function, args, kwargs, source):
        """Hand out a tensor's numbers: in a second run, others."""
        with self._calling(function), silence():  # what is done to the numbers on their way out does not matter
            tensor = self.exits.altered(args[0]) if isinstance(args[0], torch.Tensor) else args[0]
            output = function(tensor, *args[1:], **kwargs)
        with silence():
            chance = source is None and self.interpreter.by_chance(flat_tensors(args))
            depends = source is not None or self.interpreter.lost(args) is not None
            self.exits.left(function, self._module(), "image" if depends else "chance" if chance else "",
                            args[0] if depends else None)
        return output

    def unknown(self, function) -> UnknownOperation:
        """The error for an operation without a rule."""
        return unknown_operation(self.functions[-1] if self.functions else function, function, self._module())

    def fail(self, error):
        """Remember the first error and where it happened, even if the network catches it."""
        if not self.failed_in:
            step = self._module()
            self.failed_in = where(step) if step.name else "its own forward"
            self.failed_on = step.source.shape if step.source else None
        if isinstance(error, ReceptiveFieldError) and self.error is None:
            self.error = error
