"""``python -m mnist_lib rf NETWORK``: the receptive-field table on the command line.

NETWORK is a step or an architecture of this book (``six-models/steplr``), a function or class
in a module (``torchvision.models:resnet18``), or one in a file (``my_net.py:Net``).
"""

from __future__ import annotations

import json
import sys

from .find_network import find_network

LARGEST = 1_000_000  # channels, pixels high or wide
FORMATS = ("text", "markdown", "csv", "json", "html")


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("network", metavar="NETWORK",
                        help="six-models/steplr, torchvision.models:resnet18, or my_net.py:Net")
    parser.add_argument("--input", nargs="+", type=int, metavar="N",
                        help="channels, height and width of the image (1 100 for a sequence, 1 8 28 28 for a volume, "
                             "100 for tokens); the book's networks know theirs")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--columns", choices=("compact", "full"), help="default: compact; full for csv and json")
    parser.add_argument("--all", action="store_true", help="also the layers that move nothing")
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
    size = tuple(args.input) if args.input else size
    if size and max(size) > LARGEST:
        raise ValueError(f"--input {' '.join(map(str, size))} is beyond {LARGEST:,}; give the size of an image")
    if size is None:
        raise ValueError(f"{args.network} does not say what images it takes; add --input CHANNELS HEIGHT WIDTH")
    from ..files import ready_to_write
    from ..rf import receptive_field

    if args.explore:
        ready_to_write(args.explore)
    table = receptive_field(network, size, title=args.network)
    if args.explore:
        print(f"written: {_explored(network, table, args.explore)}", file=sys.stderr)
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


def _explored(network, table, file):
    """Where the page is; with effective fields where the network has weights and takes one sequence or image."""
    import torch

    measured = isinstance(network, torch.nn.Module) and len(table.space.pixels) <= 2 and len(table.input_size) > 1
    return table.explore(file, network if measured and any(True for _ in network.parameters()) else None)


def _checked(network, table) -> int:
    import torch

    from ..rf import check

    if not isinstance(network, torch.nn.Module):
        raise ValueError("--check needs a torch module: a list of layers cannot be run")
    problems = check(network, table.input_size, table)
    for problem in problems:
        print("differs:", problem, file=sys.stderr)
    print("check: " + (f"{len(problems)} differences" if problems else "every unit of every layer agrees "
                       "with brute force"), file=sys.stderr)
    return 1 if problems else 0
