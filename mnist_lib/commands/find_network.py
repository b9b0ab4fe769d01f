"""The network, or the steps, that a name on the command line stands for.

A name is a step or an architecture of this book (``six-models/steplr``), a function, class or
network in a module (``torchvision.models:resnet18``), or one in a file (``my_net.py:Net``).
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from difflib import get_close_matches
from pathlib import Path


def find_network(name: str):
    """The network of a name, and the image size it is made for (None if it does not say).

    Raises ValueError, with what to do next, where there is no such network or it cannot be built.
    """
    if ":" not in name:
        return _of_the_book(name)
    named, args, kwargs = _call(name)
    place, _, attribute = named.rpartition(":")
    if not place or not attribute:
        raise ValueError(f"{name!r} names no network; write package.module:function, or file.py:Class")
    _import_torch_itself(place)
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    try:
        found = module
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise ValueError(f"{place} has no {attribute!r}") from None
    network = _built(found, name) if args is None else _built(lambda: found(*args, **kwargs), name)
    return network, getattr(network, "input_size", None) or getattr(found, "input_size", None)


def _call(name):
    """A name without the arguments behind it, and these: plain values, as in ``my_net.py:Net(10, drop=0.1)``."""
    named, bracket, _ = name.partition("(")
    if not bracket:
        return name, None, None
    try:
        call = ast.parse(f"f{name[len(named):]}", mode="eval").body
        return (named, [ast.literal_eval(each) for each in call.args],
                {each.arg: ast.literal_eval(each.value) for each in call.keywords})
    except (SyntaxError, ValueError, AttributeError, TypeError):
        raise ValueError(f"{name}: only plain values can be given, as {named}(10, drop=0.1)") from None


def _built(found, name):
    import torch

    if isinstance(found, (torch.nn.Module, list, tuple)) or hasattr(found, "layers"):
        return found
    if not callable(found):
        raise ValueError(f"{name} is neither a network nor something that builds one: {found!r}")
    try:
        network = found()
    except TypeError as error:
        raise ValueError(f"{name} cannot be built ({error}): give the arguments that it needs, "
                         f'as "{name.partition("(")[0]}(10, drop=0.1)", or write a function that returns the '
                         "network") from error
    except (Exception, SystemExit) as error:
        raise ValueError(f"{name} cannot be built: {type(error).__name__}: {error}") from error
    if not isinstance(network, (torch.nn.Module, list)):
        raise ValueError(f"{name}() returned {type(network).__name__}, not a torch module")
    return network


def _load_file(path):
    if not Path(path).is_file():
        raise ValueError(f"there is no file {path}")
    name = Path(path).stem
    name = f"file {name}" if name in sys.modules else name  # a file torch.py is not to stand in for torch
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that classes defined there can be copied
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _import_torch_itself(place):
    """Import the installed torch, even where the reader's folder has a file of that name."""
    kept, near = sys.path[:], {Path.cwd(), Path(place).resolve().parent}
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() not in near]
    try:
        importlib.import_module("torch")
    finally:
        sys.path[:] = kept


def _load_module(name):
    if name.partition(".")[0] == "torchvision":
        from ..data import import_torchvision

        import_torchvision()
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ValueError(f"cannot import {name}: {error}") from error


def _of_the_book(name):
    from ..experiments import all_experiments
    from ..networks import ARCHITECTURES, build

    every = all_experiments()
    if name not in ARCHITECTURES and name not in every:
        near = get_close_matches(name, [*every, *ARCHITECTURES], n=1, cutoff=0.7)
        guess = f"did you mean {near[0]}? Or " if near else ""
        raise ValueError(f"there is no network {name!r}: {guess}write path/step (python -m mnist_lib list), "
                         "package.module:function, or file.py:Class")
    architecture = every[name].architecture if name in every else ARCHITECTURES[name]
    return build(architecture), architecture.input_size


def steps_of(names: list[str]) -> list[str]:
    """The steps that names of steps and paths stand for; ValueError has the nearest names there are."""
    from ..experiments import ALL_PATHS, all_experiments, experiment, unknown

    every = all_experiments()
    groups = {e.path: [each for each in every.values() if each.path == e.path] for e in every.values()} | ALL_PATHS
    for part in names:
        if part not in groups and part not in every:
            raise ValueError(unknown("experiment", part, [*groups, *every]))
    return [name for part in names
            for name in ([e.name for e in groups[part]] if part in groups else [experiment(part).name])]
