"""What runs in a submission's own process: shut in, read it, check it, train it, leave files behind.

``python -m mnist_lib.classroom.grading.inside FOLDER``: the folder has ``task.json``, the submission and the
images, and no held-out label. It gets ``result.json``, ``predictions`` and ``weights.safetensors``.
Nothing in these files is believed by the grader before it is checked.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from .enclosure import enclose
from .guard import Guard


def main(folder: str) -> int:
    work = Path(folder).resolve()
    task = json.loads((work / "task.json").read_text())
    in_force = enclose(work, task["hidden"], **task["limits"])
    result = {"in_force": in_force, "refused": [], "told": "", "stage": "start"}
    try:
        _work(work, task, result)
    finally:
        (work / "result.json").write_text(json.dumps(result))
    return 0


def _work(work: Path, task: dict, result: dict) -> None:
    import torch

    from ...data import import_torchvision
    from ...training import keep_memory
    from .. import challenge as own

    torch.set_num_threads(1)
    keep_memory()
    sys.modules["mnist_lib"].challenge = _nothing  # a notebook may call it; it trains nothing here
    with contextlib.suppress(Exception):  # what a submission may import, and starts processes of its own for it
        import_torchvision()
        import matplotlib.font_manager  # noqa: F401

    stored = torch.load(work / "images.pt", weights_only=True)
    images, labels, judged = stored.get("images"), stored.get("labels"), stored["judged"]
    guard = Guard(str(work))
    own.seed_everything(task["seed"])
    try:
        if task.get("evaluate"):
            _evaluate(work, task, judged, result)
            return
        result["stage"] = "load"
        entry = own.load(str(work / task["file"]))
        result["stage"] = "rules"
        sheet = own.examine(entry, images, labels, task["limit"], timing=False)
        result["sheet"] = {
            "parameters": sheet.parameters, "field": sheet.field, "epochs": entry.recipe.epochs,
            "layers": [list(layer) for layer in sheet.layers[:60]],
            "findings": [[f.rule, f.verdict, f.found] for f in sheet.findings]}
        if sheet.kept and not guard.refused:
            result["stage"] = "training"
            done = own.attempt(entry, task["seed"], images, labels, judged, device="cpu")
            (work / "predictions").write_bytes(done.predictions.numpy().tobytes())
            (work / "weights.safetensors").write_bytes(own.weights(done.network))
            result["trained"] = [list(epoch) for epoch in done.epochs]
            result["machine"] = done.machine
            result["stage"] = "end"
    except MemoryError:
        result["told"] = "it needs more memory than is allowed"
    except (Exception, SystemExit) as error:
        text = own.line(error)
        memory = "can't allocate memory" in text or "DefaultCPUAllocator" in text
        result["told"] = ("it needs more memory than is allowed" if memory else
                          text if isinstance(error, own.Refused) else f"{type(error).__name__}: {text}")
    finally:
        result["refused"] = guard.refused


def _nothing(*_, **__) -> None:
    """Stands in for ``challenge`` while a submission is read."""


def _evaluate(work: Path, task: dict, judged, result: dict) -> None:
    """Run given weights on images, and train nothing."""
    from safetensors.torch import load

    from .. import challenge as own

    entry = own.load(str(work / task["file"]))
    network = entry.build()
    result["fingerprint"] = entry.fingerprint
    network.load_state_dict(load((work / task["weights"]).read_bytes()))
    result["parameters"] = own.count(network)
    (work / "predictions").write_bytes(own.predict(network, judged).numpy().tobytes())
    result["stage"] = "end"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
