"""Small convolutional networks for MNIST, and a receptive-field calculator.

The public names are loaded when they are first used, so that importing one
module (``mnist_lib.geometry`` needs no torch) does not import the others.
"""

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "receptive_field": "trace",
    "rule": "trace",
    "measure": "oracle",
    "effective": "oracle",
    "Architecture": "models",
    "build": "models",
    "Experiment": "experiments",
    "experiment": "catalogue",
    "EXPERIMENTS": "catalogue",
    "fit": "training",
    "Run": "runs",
    "mnist": "data",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mnist_lib' has no attribute {name!r}")
    return getattr(import_module(f"mnist_lib.{_PUBLIC[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
