"""``python -m mnist_lib export NETWORK FILE``: a network as a file for the page "Draw a digit".

NETWORK is a recorded step of this book (``six-models/steplr``), or one of your own: a class,
function or network in a module (``my_package.net:build``) or in a file (``my_net.py:Net``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mnist_lib import need

from .find_network import find_network


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("network", metavar="RUN_OR_MODULE",
                        help="six-models/steplr, my_net.py:Net, or package.module:function")
    parser.add_argument("file", metavar="FILE", help="the JSON file to write, such as out.json")
    parser.add_argument("--seed", type=int, help="which recorded run (default 0)")
    parser.add_argument("--epochs", action="store_true", help="the weights of every epoch of a recorded run")
    parser.add_argument("--weights", metavar="FILE", help="trained weights: a state dict, .safetensors or .pt")
    parser.add_argument("--name", help="what the page calls it; default: RUN_OR_MODULE")
    parser.add_argument("--mean", type=float, help="what its images were normalized with (default 0.1307)")
    parser.add_argument("--std", type=float, help="(default 0.3081)")


def run(args) -> int:
    """Write the file and check it; returns 0.

    Raises ValueError, KeyError or OSError, with what to do next, where that cannot be.
    """
    from ..export import networks
    from ..files import ready_to_write
    from ..training import checked_seed

    if not args.file:
        raise ValueError("the name of the file is empty; give one, such as out.json")
    if Path(args.file).parent.is_dir():
        ready_to_write(args.file)
    checked_seed(args.seed or 0)
    own = ":" in args.network or args.weights is not None
    if own:
        if args.seed is not None or args.epochs:
            raise ValueError("--seed and --epochs belong to a recorded run; leave them out for a network of your own")
        network = _module(args)
        about = f"weights of {Path(args.weights).name}" if args.weights else "the weights it was built with"
        document = networks.export_module(network, args.name or args.network, about, args.mean, args.std)
    else:
        if args.mean is not None or args.std is not None:
            raise ValueError("a recorded run knows its mean and std; leave --mean and --std out")
        from ..training import trained

        recorded = _recorded(args.network, args.seed or 0)
        document, network = networks.export_run(recorded, epochs=args.epochs), trained(recorded)
        if args.name:
            document = dataclasses.replace(document, name=args.name)
    difference = networks.write_checked(document, network, args.file)
    sets = f", {len(document.snapshots)} sets of weights" if len(document.snapshots) > 1 else ""
    print(f"{args.file}: {document.name}, {len(document.layers)} layers, {document.parameters:,} parameters{sets}, "
          f"{Path(args.file).stat().st_size / 1000:,.0f} kB")
    print(f"Read again and run on {networks.CHECKED} test digits: the network's results, within {difference:.0e}.")
    if own and not args.weights:
        print("No --weights were given: if the network is not trained when it is built, neither is the file.")
    print('Open it on the page "Draw a digit", under "Your own network".')
    return 0


def _recorded(name, seed):
    from ..experiments import experiment, recorded_as
    from ..training import records

    step = experiment(name)
    run = records.recorded(recorded_as(step), step.fingerprint, seed)
    if run is None:
        raise ValueError(f"{name}, seed {seed}, is not recorded; train it first: python -m mnist_lib train {name} "
                         f"--seeds {seed + 1}, or give a file of its weights: --weights")
    return run


def _module(args):
    import torch

    network, _ = find_network(args.network)
    if hasattr(network, "layers") and not isinstance(network, torch.nn.Module):
        from ..networks import build

        network = build(network)
    if not isinstance(network, torch.nn.Module):
        raise ValueError(f"{args.network} is a {type(network).__name__}, not a torch module: it has no weights")
    if args.weights:
        _load_weights(network, Path(args.weights))
    return network


def _load_weights(network, file):
    """Load a state dict into a network; every tensor must find its place."""
    import torch
    SafetensorError, load_file = need("safetensors").SafetensorError, need("safetensors.torch").load_file

    if not file.is_file():
        raise ValueError(f"there is no file {file}")
    try:
        if file.suffix == ".safetensors":
            state = load_file(file)
        else:
            state = torch.load(file, map_location="cpu", weights_only=True)
    except (SafetensorError, RuntimeError, ValueError, EOFError, AttributeError, KeyError) as error:
        raise ValueError(f"{file} cannot be read as weights ({error}); save a state dict: "
                         "torch.save(network.state_dict(), FILE)") from error
    except Exception as error:  # pickle's own errors, among them that of a whole module
        raise ValueError(f"{file} holds more than tensors, and code from a file is never run; save a state dict: "
                         "torch.save(network.state_dict(), FILE)") from error
    for wrapper in ("state_dict", "model_state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            state = state[wrapper]
    if not isinstance(state, dict) or not all(isinstance(t, torch.Tensor) for t in state.values()):
        raise ValueError(f"{file} holds no state dict; save one: torch.save(network.state_dict(), FILE)")
    state = {name.removeprefix("_orig_mod.").removeprefix("module."): tensor for name, tensor in state.items()}
    try:
        missing, unknown = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ValueError(f"the weights in {file} do not fit the network: {error}") from error
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unknown:
        raise ValueError(f"the weights in {file} belong to another network: missing {missing}, unknown {unknown}")
