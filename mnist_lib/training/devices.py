"""Where a training runs: the device, what a record says of it, and its random states."""

from __future__ import annotations

import platform
from pathlib import Path

import torch
from torch import Tensor

from .. import __version__

MASKS, ROWS, WINOGRAD = "16-bit dropout masks", "batch norm over rows of pixels", "Winograd"
ENGINE = {"cpu": f"channels-last, fused SGD, {MASKS}, {ROWS}, {WINOGRAD} for wide layers, kept memory",
          "cuda": "channels-last, fused SGD", "mps": "channels-last"}


def pick_device(device: str | torch.device = "auto") -> torch.device:
    """The device called ``device``; "auto" is CUDA where there is one, then MPS, then the CPU.

    Raises ``ValueError`` where there is no such device, or none that can compute.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", torch.cuda.current_device())
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.ones(1, device=found).item()
    except Exception as error:  # torch raises many kinds
        raise ValueError(f"there is no device {str(device)!r} to train on here; choose auto, cpu, or, where this "
                         "machine and this PyTorch have one, cuda or mps") from error
    return found


def engine_on(device: torch.device) -> str:
    """What makes trainings fast on ``device`` today, as their records say it."""
    return ENGINE.get(device.type, "plain")


def machine(device: torch.device, engine: str | None = None) -> dict:
    """Where and with what a training ran, as its record says it; ``engine`` where it was not today's."""
    if device.type == "cuda":
        processor = torch.cuda.get_device_name(device)
    else:
        processor = _processor_name()
    instructions = {"instructions": torch.backends.cpu.get_cpu_capability()} if device.type == "cpu" else {}
    return {"device": device.type, "processor": processor, **instructions, "threads": torch.get_num_threads(),
            "engine": engine or engine_on(device), "mnist_lib": __version__, "torch": torch.__version__,
            "python": platform.python_version()}


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def random_states(device: torch.device) -> list[Tensor]:
    """The global random states that dropout draws from: the CPU's, and the device's own."""
    if device.type == "cpu":
        return [torch.get_rng_state()]
    return [torch.get_rng_state(), torch.get_device_module(device).get_rng_state()]
