"""Small convolutional networks for MNIST, and a receptive-field calculator.

The library is a house of rooms, each a folder with one purpose::

    commands → book, export → training → experiments → networks → rf
                                  └──────── data ──────┘

A room looks only into those to its right, and only through its door: the names in its
``__init__``. Names are loaded when they are first used, so that ``mnist_lib.rf`` needs
torch alone, and its geometry not even that.
"""

from importlib import import_module

__version__ = "0.1.0"


def door(room: str, table: dict[str, str]) -> tuple:
    """``__all__``, ``__getattr__`` and ``__dir__`` of a room: a file's name → the names it gives, in one string.

    A file that gives its own name is given whole, as a module. A name is looked up when it is
    first asked for, and its file is imported then.
    """
    home = {name: file for file, names in table.items() for name in names.split()}

    def get(name):
        if name not in home:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = import_module(f"{room}.{home[name]}")
        return module if name == home[name] else getattr(module, name)

    return sorted(home), get, lambda: sorted(home)


__all__, __getattr__, __dir__ = door(__name__, {
    "rf": "receptive_field rule measure effective",
    "networks": "Architecture build",
    "experiments": "Experiment experiment EXPERIMENTS",
    "training": "fit Run Recipe",
    "data": "mnist",
    "book": "challenge",
})
