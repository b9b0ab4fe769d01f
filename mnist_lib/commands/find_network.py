"""The network, or the steps, that a name on the command line stands for.

A name is a step or an architecture of this book (``six-models/steplr``), a function, class or
network in a module (``torchvision.models:resnet18``), or one in a file (``my_net.py:Net``).
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path


def find_network(name: str):
    """The network of a name, and the image size it is made for (None if it does not say).

    Raises ValueError, with what to do next, where there is no such network or it cannot be built.
    """
    if ":" not in name:
        return _of_the_book(name)
    place, _, attribute = name.rpartition(":")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    try:
        found = module
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise ValueError(f"{place} has no {attribute!r}") from None
    return _built(found, name), getattr(found, "input_size", None)


def _built(found, name):
    import torch

    if isinstance(found, (torch.nn.Module, list, tuple)) or hasattr(found, "layers"):
        return found
    if not callable(found):
        raise ValueError(f"{name} is neither a network nor something that builds one: {found!r}")
    try:
        network = found()
    except TypeError as error:
        raise ValueError(f"{name} cannot be built without arguments ({error}); write a function "
                         "that takes none and returns the network") from error
    except Exception as error:
        raise ValueError(f"{name} cannot be built: {type(error).__name__}: {error}") from error
    if not isinstance(network, (torch.nn.Module, list)):
        raise ValueError(f"{name}() returned {type(network).__name__}, not a torch module")
    return network


def _load_file(path):
    if not Path(path).is_file():
        raise ValueError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # so that classes defined there can be copied
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _load_module(name):
    if name.partition(".")[0] == "torchvision":
        from ..data import import_torchvision

        import_torchvision()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ValueError(f"cannot import {name}: {error}") from error


def _of_the_book(name):
    from ..experiments import EXPERIMENTS
    from ..networks import ARCHITECTURES, build

    if name not in ARCHITECTURES and name not in EXPERIMENTS:
        raise ValueError(f"there is no network {name!r}: write path/step (python -m mnist_lib list), "
                         "package.module:function, or file.py:Class")
    architecture = EXPERIMENTS[name].architecture if name in EXPERIMENTS else ARCHITECTURES[name]
    return build(architecture), architecture.input_size


def steps_of(names: list[str]) -> list[str]:
    """The steps that names of steps and paths stand for; KeyError lists the names there are."""
    from ..experiments import ALL_PATHS, EXPERIMENTS, experiment

    groups = ALL_PATHS | {"beyond": [e for e in EXPERIMENTS.values() if e.path == "beyond"]}
    return [name for part in names
            for name in ([e.name for e in groups[part]] if part in groups else [experiment(part).name])]
