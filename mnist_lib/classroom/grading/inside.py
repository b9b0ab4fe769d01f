"""What runs in a submission's own process: read it, check it, train it, and send what comes out.

``python -m mnist_lib.classroom.grading.inside``, in a folder that has ``task.json``, the submission and the
images, and no held-out label. Result, predictions and weights go through the pipe ``RESULT_FD``; nothing of
them is believed by the grader before it is checked.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path

from .sandbox import HEAD, STATISTICS


def main() -> int:
    """Returns 0; what went wrong stands in the result."""
    if stranger := int(os.environ["STRANGER"]):  # where the grader is root
        os.setgroups([])
        os.setresgid(stranger, stranger, stranger)
        os.setresuid(stranger, stranger, stranger)
    work, send = Path.cwd(), int(os.environ["RESULT_FD"])
    task = json.loads((work / "task.json").read_text())
    limits = task["limits"]
    for what, value in ((resource.RLIMIT_DATA, limits["memory"]), (resource.RLIMIT_FSIZE, limits["file_size"]),
                        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 256),
                        (resource.RLIMIT_CPU, limits["seconds"]), (resource.RLIMIT_NPROC, limits["processes"])):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (value, value))
    result, parts = {"told": ""}, [b"", b""]
    try:
        _work(work, task, result, parts)
    finally:
        head = json.dumps(result).encode()
        with os.fdopen(send, "wb") as pipe:
            pipe.write(HEAD.pack(len(head), *map(len, parts)) + head + b"".join(parts))
    return 0


def _work(work: Path, task: dict, result: dict, parts: list[bytes]) -> None:
    import torch

    from ...reading import DIGITS, where
    from ...training import keep_memory
    from .. import challenge as own

    torch.set_num_threads(1)
    keep_memory()
    stored = torch.load(work / "images.pt", weights_only=True)
    images, labels, judged = stored.get("images"), stored.get("labels"), stored["judged"]
    own.seed_everything(task["seed"])
    try:
        if task.get("evaluate"):
            _evaluate(work, task, judged, result, parts)
            return
        DIGITS.append(lambda: (images, labels))
        entry = own.load(str(work / task["file"]), asked=task["network"], shown=task["shown"])
        result["recipe"], result["notes"] = entry.recipe_in_words, entry.told[1:]
        sheet = own.examine(entry, images, labels, own.Terms(**task["terms"]), timing=False)
        result["sheet"] = {
            "parameters": sheet.parameters, "field": sheet.field, "epochs": entry.recipe.epochs,
            "layers": [list(layer) for layer in sheet.layers[:60]],
            "findings": [[f.rule, f.verdict, f.found] for f in sheet.findings]}
        if sheet.kept:
            done = own.attempt(entry, task["seed"], images, labels, judged, device="cpu")
            predictions = torch.cat([done.before[None], done.predictions])
            parts[:] = predictions.numpy().tobytes(), own.weights(done.network)
            result["rate"] = done.epochs[-1].rate
            learnt = dict(done.network.named_parameters())  # what has two names is stored twice
            result["sheet"]["stored"] = sum(t.numel() for name, t in done.network.state_dict().items()
                                            if name not in learnt and not name.endswith(STATISTICS))
    except MemoryError:
        result["told"] = "it needs more memory than is allowed"
    except (Exception, SystemExit) as error:
        text = own.line(error)
        memory = "can't allocate memory" in text or "DefaultCPUAllocator" in text
        result["told"] = ("it needs more memory than is allowed" if memory else
                          text if isinstance(error, own.Refused) else where(error))


def _evaluate(work: Path, task: dict, judged, result: dict, parts: list[bytes]) -> None:
    """Run given weights on images, and train nothing."""
    from safetensors.torch import load

    from .. import challenge as own

    entry = own.load(str(work / task["file"]))
    network = entry.build()
    result["fingerprint"] = entry.fingerprint
    network.load_state_dict(load((work / task["weights"]).read_bytes()))
    result["parameters"] = own.count(network)
    parts[0] = own.predict(network, judged).numpy().tobytes()


if __name__ == "__main__":
    sys.exit(main())
