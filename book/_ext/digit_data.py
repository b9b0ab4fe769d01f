"""Sphinx extension: the data of the page "Draw a digit", made from the records when the site is built.

Networks and digits become classic scripts that hand over one value each, because a page opened
from a file may not fetch anything else. Offered is every network under LARGEST parameters whose
weights are recorded; more records make a longer list, without an edit.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from fresh import is_fresh

LARGEST = 8000  # parameters: what this book is about
SAMPLE = 10  # test images of each digit, the first ones
PAGE = "book/digit"
LAST = "catalogue.js"  # written when all else is there
FOLDER = Path("_static") / "digit"


def offered() -> list:
    """The runs whose networks the page offers, in the order of the book."""
    from mnist_lib.experiments import EXPERIMENTS
    from mnist_lib.training import records

    found = []
    for step in EXPERIMENTS.values():
        run = records.recorded(step.name, step.fingerprint, 0)
        if run and run.parameters < LARGEST and run.weights and records.weights_path(run).exists():
            found.append(run)
    return found


def file_name(run) -> str:
    """The file of a network, without its ending: six-models-steplr."""
    return run.experiment.replace("/", "-")


def index(found) -> list[dict]:
    """What the page knows of each network before its weights are loaded."""
    from mnist_lib.training import epoch_weights

    return [{"name": run.experiment, "file": file_name(run), "parameters": run.parameters,
             "accuracy": run.final.test_accuracy, "epochs": len(run.epochs) if epoch_weights.path(run).exists() else 0,
             "wrong": [list(pair) for pair in run.misclassified]} for run in found]


def chosen_digits(found) -> list[int]:
    """Indices of test images: the first SAMPLE of each digit, and all that an offered network gets wrong."""
    from mnist_lib.data import mnist

    labels = mnist("test").labels
    sample = {int(i) for digit in range(10) for i in (labels == digit).nonzero()[:SAMPLE, 0]}
    return sorted(sample | {image for run in found for image, _ in run.misclassified})


def packed(pixels: bytes) -> bytes:
    """The bytes with every run of zeros as a zero and its length (1 to 255)."""
    out, zeros = bytearray(), 0
    for value in (*pixels, None):
        if value == 0 and zeros < 255:
            zeros += 1
            continue
        if zeros:
            out += bytes((0, zeros))
        zeros = int(value == 0)
        if value:
            out.append(value)
    return bytes(out)


def digits_data(indices: list[int]) -> dict:
    """Test images for the page: indices, labels, how many are the sample's, and the packed pixels."""
    from mnist_lib.data import mnist

    digits = mnist("test")
    pixels = b"".join(digits.images[i].numpy().tobytes() for i in indices)
    labels = digits.labels[indices].tolist()
    first = {i for digit in range(10) for i in (digits.labels == digit).nonzero()[:SAMPLE, 0].tolist()}
    return {"index": indices, "label": labels, "sample": [i for i in indices if i in first],
            "pixels": base64.b64encode(packed(pixels)).decode("ascii")}


def script(call: str, *values) -> str:
    """A script that hands values to a function of the page."""
    return f"mnistDigit.{call}({', '.join(json.dumps(v, separators=(',', ':')) for v in values)});\n"


def network_script(run, epochs: bool = False) -> str:
    """The script of one network: the document that `python -m mnist_lib export` writes."""
    from mnist_lib.export import export_run, to_json

    return script("arrived", run.experiment, "epochs" if epochs else "final",
                  json.loads(to_json(export_run(run, epochs=epochs))))


def write_data(folder: Path) -> list:
    """Write all scripts below `folder`; returns the runs that are offered."""
    from mnist_lib.training import epoch_weights

    found = offered()
    (folder / "networks").mkdir(parents=True, exist_ok=True)
    (folder / "digits.js").write_text(script("testDigits", digits_data(chosen_digits(found))))
    for run in found:
        (folder / "networks" / f"{file_name(run)}.js").write_text(network_script(run))
        if epoch_weights.path(run).exists():
            (folder / "networks" / f"{file_name(run)}-epochs.js").write_text(network_script(run, epochs=True))
    (folder / LAST).write_text(script("catalogue", index(found)))
    return found


def write_into_site(app, error):
    folder = Path(app.outdir) / FOLDER
    if not error and app.builder.format == "html" and PAGE in app.env.found_docs and not is_fresh(
            folder / LAST, Path(app.srcdir), "results/*/*/*", "mnist_lib/*.py", "data/*", "book/_ext/digit_data.py"):
        write_data(folder)


def setup(app):
    app.connect("build-finished", write_into_site)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
