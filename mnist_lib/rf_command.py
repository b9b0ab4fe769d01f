"""``python -m mnist_lib rf NETWORK``: the receptive-field table on the command line.

NETWORK is a step or an architecture of this book (``six-models/steplr``), a function or class
in a module (``torchvision.models:resnet18``), or one in a file (``my_net.py:Net``).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path

FORMATS = ("text", "markdown", "csv", "json", "html")


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("network", metavar="NETWORK",
                        help="six-models/steplr, torchvision.models:resnet18, or my_net.py:Net")
    parser.add_argument("--input", nargs="+", type=int, metavar="N",
                        help="channels, height and width of the image; the book's networks know theirs")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--columns", choices=("compact", "full"), help="default: compact; full for csv and json")
    parser.add_argument("--all", action="store_true", help="also the layers that move nothing")
    parser.add_argument("--check", action="store_true",
                        help="compare with brute force on this input; exit status 1 on a difference")


def run(args) -> int:
    """Print the table; returns 0, or 1 where ``--check`` found a difference.

    Raises ValueError or KeyError, with what to do next, for a network that cannot be found or
    followed.
    """
    network, size = find(args.network)
    size = tuple(args.input) if args.input else size
    if size is None:
        raise ValueError(f"{args.network} does not say what images it takes; add --input CHANNELS HEIGHT WIDTH")
    from .trace import receptive_field

    table = receptive_field(network, size, title=args.network)
    print(written(table, args.format, args.columns, args.all))
    return _checked(network, table) if args.check else 0


def written(table, form="text", columns=None, plain=False) -> str:
    """A table in one of ``FORMATS``."""
    everything = form in ("csv", "json")
    settings = dict(columns=columns or ("full" if everything else "compact"), plain=plain or everything)
    if form == "json":
        return json.dumps(table.to_dict(**settings), indent=1)
    return {"text": table.to_text, "markdown": table.to_markdown, "csv": table.to_csv,
            "html": table.to_html}[form](**settings).rstrip("\n")


def find(name: str):
    """The network of a name, and the image size it is made for (None if it does not say)."""
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

    if isinstance(found, (torch.nn.Module, list, tuple)) or hasattr(found, "blocks"):
        return found
    if not callable(found):
        raise ValueError(f"{name} is neither a network nor something that builds one: {found!r}")
    try:
        network = found()
    except TypeError as error:
        raise ValueError(f"{name} cannot be built without arguments ({error}); write a function "
                         "that takes none and returns the network") from error
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
    spec.loader.exec_module(module)
    return module


def _load_module(name):
    if name.partition(".")[0] == "torchvision":
        from ._torchvision import import_torchvision

        import_torchvision()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ValueError(f"cannot import {name}: {error}") from error


def _of_the_book(name):
    from .catalogue import EXPERIMENTS
    from .models import ARCHITECTURES, build

    if name not in ARCHITECTURES and name not in EXPERIMENTS:
        raise ValueError(f"there is no network {name!r}: write path/step (python -m mnist_lib list), "
                         "package.module:function, or file.py:Class")
    architecture = EXPERIMENTS[name].architecture if name in EXPERIMENTS else ARCHITECTURES[name]
    return build(architecture), architecture.input_size


def _checked(network, table) -> int:
    import torch

    from .oracle import check

    if not isinstance(network, torch.nn.Module):
        raise ValueError("--check needs a torch module: a list of layers cannot be run")
    problems = check(network, table.input_size, table)
    for problem in problems:
        print("differs:", problem, file=sys.stderr)
    print("check: " + (f"{len(problems)} differences" if problems else "every unit of every layer agrees "
                       "with brute force"), file=sys.stderr)
    return 1 if problems else 0
