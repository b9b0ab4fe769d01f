"""``python -m mnist_lib rf NETWORK``: the receptive-field table on the command line; also ``receptive-field NETWORK``.

NETWORK is a step or an architecture of this book (``six-models/steplr``), a function or class
in a module (``torchvision.models:resnet18``), or one in a file (``my_net.py:Net``), with
arguments where it needs them: ``"my_net.py:Net(10, drop=0.1)"``.
"""

from __future__ import annotations

import ast
import json
import sys

from .find_network import find_network

LARGEST = 1_000_000  # channels, pixels high or wide
FORMATS = ("text", "markdown", "csv", "json", "html")


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("network", metavar="NETWORK",
                        help='six-models/steplr, torchvision.models:resnet18, my_net.py:Net or "my_net.py:Net(10)"')
    parser.add_argument("--input", nargs="+", action="append", metavar="N",
                        help="channels, height and width of the image (1 100 for a sequence, 1 8 28 28 for a volume, "
                             "100 for tokens); the book's networks know theirs. Of several, each behind an --input of "
                             "its own, with the argument's name before it: --input image 3 64 64 --input timestep=5")
    parser.add_argument("--layout", default="", metavar="AXES", help="TF for time first, HWC for channels last")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--columns", choices=("compact", "full"), help="default: compact; full for csv and json")
    parser.add_argument("--all", action="store_true", help="also the layers that move nothing")
    parser.add_argument("--depth", type=int, metavar="N", help="blocks down to this depth as one row each")
    parser.add_argument("--filter", default="", metavar="NAME",
                        help='only layers with this in their name, or a pattern: "layer?.0.*"')
    parser.add_argument("--check", action="store_true",
                        help="compare with brute force on this input; exit status 1 on a difference")
    parser.add_argument("--explore", metavar="FILE",
                        help="also write a page to look at, as report.html: the graph, and the field of every unit")


def run(args) -> int:
    """Print the table; returns 0, or 1 where ``--check`` found a difference.

    Raises ValueError or KeyError, with what to do next, for a network that cannot be found or
    followed.
    """
    network, size = find_network(args.network)
    size = _inputs(args.input) if args.input else size
    if size is None:
        raise ValueError(f"{args.network} does not say what images it takes; add --input CHANNELS HEIGHT WIDTH")
    from ..files import ready_to_write
    from ..rf import receptive_field

    if args.explore:
        ready_to_write(args.explore)
    table = receptive_field(network, size, title=args.network, layout=args.layout)
    if args.explore:
        print(f"written: {_explored(network, table, args.explore)}", file=sys.stderr)
    print(written(table, args.format, args.columns, args.all, depth=args.depth, filter=args.filter))
    return _checked(network, size, table, args.layout) if args.check else 0


def _inputs(given):
    """One size, a list of them, or a dict of sizes and constants by name, of what stands behind each --input."""
    found = []
    for words in given:
        if all("=" in word for word in words):
            found += [(name, _literal(value)) for name, _, value in (word.partition("=") for word in words)]
            continue
        name, numbers = (None, words) if words[0].isdigit() else (words[0], words[1:])
        if not numbers or not all(word.isdigit() for word in numbers):
            raise ValueError(f"--input {' '.join(words)} is neither a size, as 3 64 64 or image 3 64 64, "
                             "nor a constant, as timestep=5")
        size = tuple(map(int, numbers))
        if max(size) > LARGEST:
            raise ValueError(f"--input {' '.join(words)} is beyond {LARGEST:,}; give the size of an image")
        found.append((name, size))
    named = [name is not None for name, _ in found]
    if all(named):
        return dict(found)
    if any(named):
        raise ValueError("name each --input or none: --input image 3 64 64 --input mask 1 64 64")
    return found[0][1] if len(found) == 1 else [size for _, size in found]


def _literal(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def written(table, form="text", columns=None, plain=False, **shown) -> str:
    """A table in one of ``FORMATS``."""
    everything = form in ("csv", "json")
    settings = dict(columns=columns or ("full" if everything else "compact"), plain=plain or everything, **shown)
    if form == "json":
        return json.dumps(table.to_dict(intervals=True, **settings), indent=1)
    return {"text": table.to_text, "markdown": table.to_markdown, "csv": table.to_csv,
            "html": table.to_html}[form](**settings).rstrip("\n")


def _explored(network, table, file):
    """Where the page is; with effective fields where the network has weights and takes one sequence or image."""
    import torch

    one = len(table.space.inputs) == 1 and not table.space.inputs[0].last and len(table.space.inputs[0].size) > 1
    measured = isinstance(network, torch.nn.Module) and one and len(table.space.pixels) <= 2
    return table.explore(file, network if measured and any(True for _ in network.parameters()) else None)


def _checked(network, size, table, layout) -> int:
    import torch

    from ..rf import check

    if not isinstance(network, torch.nn.Module):
        raise ValueError("--check needs a torch module: a list of layers cannot be run")
    problems = check(network, size, table, layout=layout)
    for problem in problems:
        print("differs:", problem, file=sys.stderr)
    print("check: " + (f"{len(problems)} differences" if problems else "every unit of every layer agrees "
                       "with brute force"), file=sys.stderr)
    return 1 if problems else 0
