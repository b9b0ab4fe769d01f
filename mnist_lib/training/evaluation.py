"""Trained networks on the test set: evaluate, keep and load recorded weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_lib import need

from ..data import DATA_SETS, Normalize, ToTensor, fashion_mnist, mnist
from ..experiments import Experiment, experiment
from ..networks import build
from . import records
from .records import Run

TEST_BATCH = 250  # small enough for the activations to stay in cache
ALL_SEEDS_UNDER = 20_000  # parameters; of networks under it the weights of every seed are kept
WEIGHTS_UNDER = 200_000  # parameters; of networks under it those of seed 0, of larger ones none


def images_of(data_set: str, split: str, device: torch.device | str = "cpu"):
    """The images and labels of a data set's split; ``ValueError`` for a data set that there is not."""
    if data_set not in DATA_SETS:
        raise ValueError(f"there is no data set {data_set!r}; there are: {', '.join(DATA_SETS)}")
    return {"mnist": mnist, "fashion-mnist": fashion_mnist}[data_set](split, device)


def test_set(device: torch.device | str = "cpu", data_set: str = "mnist") -> tuple[Tensor, Tensor]:
    """The normalized test images (10000, 1, 28, 28) and their labels (10000,)."""
    digits = images_of(data_set, "test", device)
    return normalized(digits.images, data_set), digits.labels.long()


def judged_on(step: Experiment, device: torch.device) -> tuple[Tensor, Tensor]:
    """The normalized images and labels on which each epoch is evaluated: the test set, or those held out."""
    if not step.held_out:
        return test_set(device, step.data_set)
    digits = images_of(step.data_set, "train", device)
    return normalized(digits.images[-step.held_out:], step.data_set), digits.labels[-step.held_out:].long()


def normalized(images: Tensor, data_set: str = "mnist") -> Tensor:
    """uint8 images as a network is judged on them: float32, normalized as its training images, and nothing else."""
    of = DATA_SETS[data_set]
    return Normalize(of.mean, of.std)(ToTensor()(images, None), None)


@torch.no_grad()
def evaluate(network: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, Tensor]:
    """Mean cross-entropy in nats, and the predicted digits (N,). Leaves the network in eval mode."""
    network.eval()
    logits = torch.cat([network(part) for part in images.split(TEST_BATCH)])
    return F.cross_entropy(logits, labels).item(), logits.argmax(1)


def keeps_weights(seed: int, parameters: int) -> bool:
    """Whether the weights of a run are kept: every seed of small networks, seed 0 of those that are not large."""
    return parameters < (WEIGHTS_UNDER if seed == 0 else ALL_SEEDS_UNDER)


def weights_file(run: Run, network: nn.Module) -> bytes:
    """The content of the safetensors file that belongs to a run."""
    save = need("safetensors.torch").save

    tensors = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()
               if not k.endswith("num_batches_tracked")}
    return save(tensors, metadata={"run": f"{run.experiment} seed {run.seed} {run.fingerprint}"})


def trained(run: Run) -> nn.Module:
    """The network of a run with its recorded weights, in evaluation mode.

    Raises ``FileNotFoundError`` if no weights were kept for this run, and
    ``ValueError`` if the file is not the one the record was written with.
    """
    load = need("safetensors.torch").load

    file = records.weights_path(run)
    if run.weights is None or not file.exists():
        raise FileNotFoundError(
            f"there are no weights for {run.experiment}, seed {run.seed} ({file.name} is missing); they are "
            f"kept for every seed of networks under {ALL_SEEDS_UNDER:,} parameters and for seed 0 of those under "
            f"{WEIGHTS_UNDER:,}; train it again with fit(…, again=True)")
    if records.sha256(file) != run.weights:
        raise ValueError(f"{file} is not the file that belongs to its record (SHA-256 differs); "
                         "restore it from git, or train again")
    network = build(experiment(run.experiment).architecture)
    network.load_state_dict(load(file.read_bytes()), strict=False)
    return network.eval()
