"""Small convolutional networks for MNIST, and a receptive-field calculator.

The library is a house of rooms, each a folder with one purpose::

    commands → studies │ classroom → book → export → training │ reading → experiments → networks → rf
                                                └────────────── data ─────────────┘

A room looks only into those to its right, and only through its door: the names in its
``__init__``. Names are loaded when they are first used, so that ``mnist_lib.rf`` needs
torch alone, and its geometry not even that; a type checker sees what they are.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# What torch does not bring, and the extra of the package that does (pyproject.toml).
EXTRAS = {"matplotlib": "plot", "numpy": "plot", "pandas": "frame", "torchvision": "train", "safetensors": "train",
          "tqdm": "train", "scipy": "chapters", "torchsummary": "chapters"}


class MissingExtra(ImportError):
    """A package is not installed that an extra brings; the message says which."""


def need(module: str):
    """Import and return a module of ``EXTRAS``; raises :class:`MissingExtra` where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise MissingExtra(f"{package} is not installed, and this needs it: "
                           f'pip install "mnist_lib[{EXTRAS[package]}]"') from error


def door(room: str, table: dict[str, str]) -> tuple:
    """``__all__``, ``__getattr__`` and ``__dir__`` of a room: a file's name → the names it gives, in one string.

    A file that gives its own name is given whole, as a module. A name is looked up when it is
    first asked for, and its file is imported then; :class:`MissingExtra` says what that file lacks.
    """
    home = {name: file for file, names in table.items() for name in names.split()}

    def get(name):
        if name not in home:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = need(f"{room}.{home[name]}")
        return module if name == home[name] else getattr(module, name)

    return sorted(home), get, lambda: sorted(home)


if TYPE_CHECKING:
    from .classroom.challenge.recipe import Recipe as Recipe
    from .classroom.report.your_network import challenge as challenge
    from .data.loading import mnist as mnist
    from .experiments.catalogue import EXPERIMENTS as EXPERIMENTS
    from .experiments.catalogue import experiment as experiment
    from .experiments.settings import Experiment as Experiment
    from .networks.architecture import Architecture as Architecture
    from .networks.builder import build as build
    from .rf.brute_force import measure as measure
    from .rf.calculator import receptive_field as receptive_field
    from .rf.calculator import rule as rule
    from .rf.effective_field import effective as effective
    from .training.loop import fit as fit
    from .training.records import Run as Run
else:
    __all__, __getattr__, __dir__ = door(__name__, {
        "rf": "receptive_field rule measure effective",
        "networks": "Architecture build",
        "experiments": "Experiment experiment EXPERIMENTS",
        "training": "fit Run",
        "data": "mnist",
        "classroom": "Recipe",
        "classroom.report": "challenge",
    })
