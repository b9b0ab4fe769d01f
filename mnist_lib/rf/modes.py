"""The modes by which PyTorch tells of every operation and function; they pass it on, and note errors.

``listener`` has ``operation`` and ``function``, each of (function, args, kwargs), and ``fail`` (error).
"""

from __future__ import annotations

from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from .rules.attention import scaled_dot_product_attention
from .rules.registry import registered


@contextmanager
def silence():
    """While this lasts, our own tensor work is not followed."""
    with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction():
        yield


class Operations(TorchDispatchMode):
    """Tells of each ATen operation."""

    @classmethod
    def _should_skip_dynamo(cls):
        return False  # torch would load its compiler to skip this; nothing is compiled here (calculator.py)

    supports_higher_order_operators = True

    def __init__(self, listener):
        super().__init__()
        self.listener = listener

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        try:
            if isinstance(function, torch._ops.HigherOrderOperator):
                return self._of_functions(function, args, kwargs or {})
            return self.listener.operation(function, args, kwargs or {})
        except Exception as error:
            self.listener.fail(error)
            raise

    def _of_functions(self, function, args, kwargs):
        """An operator that is given functions, as the operations that it is made of."""
        if function.name() == "flex_attention":
            from torch._higher_order_ops.flex_attention import math_attention as plain
        elif function.name() == "while_loop":
            from torch._higher_order_ops.while_loop import while_loop_dense as plain
        else:
            raise self.listener.unknown(function)
        with Operations(self.listener):
            return plain(*args, **kwargs)


class Functions(TorchFunctionMode):
    """Tells of each function of PyTorch's that the network calls."""

    def __init__(self, listener):
        super().__init__()
        self.listener = listener

    def __torch_function__(self, function, types, args=(), kwargs=None):
        try:
            if function is torch.nn.functional.scaled_dot_product_attention and not registered(function):
                function = scaled_dot_product_attention
            return self.listener.function(function, args, kwargs or {})
        except Exception as error:
            self.listener.fail(error)
            raise
