"""The weights of a recorded training after each of its epochs, in one safetensors file.

They lie beside the record as ``seed-<n>.epochs.safetensors``, for the trainings that a
page follows from epoch to epoch; :func:`mnist_lib.training.retracing.retrace` makes the file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn

from mnist_lib import need

from ..files import write_atomically
from ..networks import build
from . import records
from .records import Run

Weights = dict[str, Tensor]


def weights_of(network: nn.Module) -> Weights:
    """A copy of a network's parameters and running statistics, on the CPU."""
    return {name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, tensor in network.state_dict().items() if not name.endswith("num_batches_tracked")}


def path(run: Run) -> Path:
    """Where the weights of all epochs lie, whether or not there are any."""
    return records.path(run.experiment, run.seed).with_suffix(".epochs.safetensors")


def save(run: Run, epochs: list[Weights]) -> Path:
    """Write the weights before the first and after each epoch; return where."""
    to_bytes = need("safetensors.torch").save

    tensors = {f"{epoch}/{name}": tensor for epoch, weights in enumerate(epochs)
               for name, tensor in weights.items()}
    content = to_bytes(tensors, metadata={"run": _label(run), "sha256": _digest(tensors)})
    write_atomically(path(run), content)
    return path(run)


def load(run: Run) -> list[Weights]:
    """The weights before the first and after each epoch; an empty list if they were not kept.

    Raises ``ValueError`` if the file belongs to another training than the record.
    """
    safetensors = need("safetensors")
    SafetensorError, safe_open = safetensors.SafetensorError, safetensors.safe_open

    if not path(run).exists():
        return []
    if not path(run).is_file():
        raise ValueError(f"{path(run)} is no file; restore it from git, or make it again: "
                         f"python -m mnist_lib retrace {run.experiment}")
    try:
        with safe_open(path(run), framework="pt") as file:
            about = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}
    except SafetensorError as error:
        raise ValueError(f"{path(run)} is damaged ({error}); restore it from git") from error
    if about.get("run") != _label(run):
        raise ValueError(f"{path(run)} belongs to another training than its record; restore it from git, "
                         f"or make it again: python -m mnist_lib retrace {run.experiment}")
    if about.get("sha256") != _digest(tensors):
        raise ValueError(f"{path(run)} is damaged (its SHA-256 does not fit); restore it from git")
    epochs: list[Weights] = [{} for _ in range(len(run.epochs) + 1)]
    for key, tensor in tensors.items():
        epoch, _, name = key.partition("/")
        epochs[int(epoch)][name] = tensor
    return epochs


def _digest(tensors: Weights) -> str:
    """SHA-256 of names and numbers, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()


def network_after(architecture, weights: Weights) -> nn.Module:
    """The network of an architecture with these weights, in evaluation mode."""
    network = build(architecture)
    missing, unexpected = network.load_state_dict(weights, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"these weights belong to another network: missing {missing}, unknown {unexpected}")
    return network.eval()


def _label(run: Run) -> str:
    return f"{run.experiment} seed {run.seed} {run.fingerprint}"
