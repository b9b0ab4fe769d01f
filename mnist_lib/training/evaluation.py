"""Trained networks on the test set: evaluate, load recorded weights, and verify the records.

A record is believed because it can be checked: :func:`verify` loads every
recorded set of weights, runs the real test set, and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor, nn

from ..data import Normalize, ToTensor, mnist
from ..experiments import EXPERIMENTS
from ..networks import build, count_parameters
from . import epoch_weights, records
from .records import Run

TEST_BATCH = 250  # small enough for the activations to stay in cache
WEIGHTS_UNDER = 200_000  # parameters; larger networks' weights are not kept
TOLERANCE = 2  # test images by which another machine's arithmetic may differ


def test_set(device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """The normalized test images (10000, 1, 28, 28) and their labels (10000,)."""
    digits = mnist("test", device)
    return normalized(digits.images), digits.labels.long()


def normalized(images: Tensor) -> Tensor:
    """uint8 images as a network is judged on them: float32, normalized, and nothing else."""
    return Normalize()(ToTensor()(images, None), None)


@torch.no_grad()
def evaluate(network: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, Tensor]:
    """Mean cross-entropy in nats, and the predicted digits (N,). Leaves the network in eval mode."""
    network.eval()
    logits = torch.cat([network(part) for part in images.split(TEST_BATCH)])
    return F.cross_entropy(logits, labels).item(), logits.argmax(1)


def keeps_weights(seed: int, parameters: int) -> bool:
    """Whether the weights of a run are kept: seed 0 of every network that is not large."""
    return seed == 0 and parameters < WEIGHTS_UNDER


def weights_file(run: Run, network: nn.Module) -> bytes:
    """The content of the safetensors file that belongs to a run."""
    from safetensors.torch import save

    tensors = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()
               if not k.endswith("num_batches_tracked")}
    return save(tensors, metadata={"run": f"{run.experiment} seed {run.seed} {run.fingerprint}"})


def trained(run: Run) -> nn.Module:
    """The network of a run with its recorded weights, in evaluation mode.

    Raises ``FileNotFoundError`` if no weights were kept for this run, and
    ``ValueError`` if the file is not the one the record was written with.
    """
    from safetensors.torch import load

    file = records.weights_path(run)
    if run.weights is None or not file.exists():
        raise FileNotFoundError(
            f"there are no weights for {run.experiment}, seed {run.seed} ({file.name} is missing); they are "
            f"kept for seed 0 of networks under {WEIGHTS_UNDER:,} parameters; train it again with fit(…, again=True)")
    if records.sha256(file) != run.weights:
        raise ValueError(f"{file} is not the file that belongs to its record (SHA-256 differs); "
                         "restore it from git, or train again")
    network = build(EXPERIMENTS[run.experiment].architecture)
    network.load_state_dict(load(file.read_bytes()), strict=False)
    return network.eval()


class Check(NamedTuple):
    """The outcome of verifying one record; ``problem`` is empty if all is well."""

    name: str
    seed: int
    recorded: int
    measured: int | None
    problem: str


def verify(device: str = "cpu") -> Iterator[Check]:
    """Check every record there is, and every set of weights against the real test set."""
    images, labels = test_set(device)
    for run in records.every():
        measured, problem = None, _problem_with_record(run)
        if not problem and keeps_weights(run.seed, run.parameters):
            try:
                network = trained(run).to(device)
            except (FileNotFoundError, ValueError, RuntimeError) as error:
                problem = str(error)
            else:
                _, predictions = evaluate(network, images, labels)
                measured = int((predictions == labels).sum())
                if abs(measured - run.final.test_correct) > TOLERANCE:
                    problem = (f"the weights classify {measured:,} test images correctly, "
                               f"the record says {run.final.test_correct:,}")
                problem = problem or _problem_with_history(run, images, labels)
        yield Check(run.experiment, run.seed, run.final.test_correct, measured, problem)


def _problem_with_history(run: Run, images: Tensor, labels: Tensor) -> str:
    """What is wrong with the weights kept after each epoch, or an empty string."""
    try:
        epochs = epoch_weights.load(run)[1:]
    except (ValueError, OSError, SafetensorError) as error:
        return f"{epoch_weights.path(run)}: {error}"
    for number, (weights, epoch) in enumerate(zip(epochs, run.epochs), start=1):
        network = epoch_weights.network_after(EXPERIMENTS[run.experiment].architecture, weights).to(images.device)
        correct = int((evaluate(network, images, labels)[1] == labels).sum())
        if abs(correct - epoch.test_correct) > TOLERANCE:
            return (f"the weights of epoch {number} classify {correct:,} test images correctly, "
                    f"the record says {epoch.test_correct:,}")
    return ""


def _problem_with_record(run: Run) -> str:
    """What is wrong with a record by itself, or an empty string."""
    step = EXPERIMENTS.get(run.experiment)
    if step is None:
        return "no experiment of this name is in the catalogue"
    if run.fingerprint != step.fingerprint:
        return f"it belongs to other settings (fingerprint {run.fingerprint}, now {step.fingerprint}); train again"
    if len(run.epochs) != step.epochs:
        return f"it has {len(run.epochs)} epochs, the experiment {step.epochs}"
    if run.parameters != count_parameters(step.architecture):
        return f"it says {run.parameters:,} parameters, the network has {count_parameters(step.architecture):,}"
    if len(run.misclassified) != records.TEST_IMAGES - run.final.test_correct:
        return "its list of misclassified images does not agree with its accuracy"
    return ""
