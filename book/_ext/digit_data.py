"""Sphinx extension: the scripts and the data of the page "Draw a digit", made when the site is built.

What the page needs at once is one script, ``_static/digit/all.js``: its code, the list of networks and
the sample of digits. Each network's weights, and the digits that some network gets wrong, are scripts
that it loads when they are asked for: a page opened from a file may not fetch anything else. Offered
is every network of digits under LARGEST parameters whose weights are recorded; more records make a longer list.
"""

import base64
import json
from pathlib import Path

from bundle import PARTS, STATIC, bundle
from fresh import is_fresh

LARGEST = 8000  # parameters: what this book is about
SAMPLE = 10  # test images of each digit, the first ones
PAGE = "book/yours/digit"
FIRST, LATER = "all.js", "others.js"  # what the page loads itself, and when it is asked for
FOLDER = Path("_static") / "digit"
CODE = ("activations", "shapes", "forward", "backward", "network", "reading", "preprocess", "arithmetic", "describe",
        "loading")  # each stands on those before it
VISIBLE = ("pad", "result", "maps", "flow", "inspector", "looking", "chooser", "compare", "epochs", "networks", "page")


def offered() -> list:
    """The runs whose networks the page offers, in the order of the book, what belongs together side by side."""
    from mnist_lib.experiments import all_experiments
    from mnist_lib.training import records

    found, steps = [], all_experiments().values()
    groups = list(dict.fromkeys(step.path for step in steps))
    for step in sorted(steps, key=lambda step: groups.index(step.path)):
        run = step.on_all_of_mnist and records.recorded(step.name, step.fingerprint, 0)
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


def sample() -> list[int]:
    """Indices of test images: the first SAMPLE of each digit."""
    from mnist_lib.data import mnist

    labels = mnist("test").labels
    return sorted(int(i) for digit in range(10) for i in (labels == digit).nonzero()[:SAMPLE, 0])


def others(found) -> list[int]:
    """Indices of the test images that an offered network gets wrong, without those of the sample."""
    return sorted({image for run in found for image, _ in run.misclassified} - set(sample()))


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
    """Test images for the page: indices, labels, and the packed pixels."""
    from mnist_lib.data import mnist

    digits = mnist("test")
    pixels = b"".join(digits.images[i].numpy().tobytes() for i in indices)
    labels = digits.labels[indices].tolist()
    return {"index": indices, "label": labels, "pixels": base64.b64encode(packed(pixels)).decode("ascii")}


def script(call: str, *values) -> str:
    """A script that hands values to a function of the page."""
    return f"mnistDigit.{call}({', '.join(json.dumps(v, separators=(',', ':')) for v in values)});\n"


def network_script(run, epochs: bool = False) -> str:
    """The script of one network: the document that `python -m mnist_lib export` writes."""
    from mnist_lib.export import export_run, to_json

    return script("arrived", run.experiment, "epochs" if epochs else "final",
                  json.loads(to_json(export_run(run, epochs=epochs))))


def write_page(folder: Path, found: list) -> None:
    """Write what the page needs at once: the shared parts, its code, the list of networks, the sample of digits."""
    data = script("catalogue", index(found)) + script("sampleDigits", digits_data(sample()))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FIRST).write_text(bundle(STATIC, (*PARTS, *(f"digit/{name}" for name in CODE))) + data
                                + bundle(STATIC, (f"digit/{name}" for name in VISIBLE)), encoding="utf-8")


def write_data(folder: Path, found: list) -> None:
    """Write what the page loads when it is asked for: the weights of all networks, the other digits."""
    from mnist_lib.training import epoch_weights

    (folder / "networks").mkdir(parents=True, exist_ok=True)
    for run in found:
        (folder / "networks" / f"{file_name(run)}.js").write_text(network_script(run))
        if epoch_weights.path(run).exists():
            (folder / "networks" / f"{file_name(run)}-epochs.js").write_text(network_script(run, epochs=True))
    (folder / LATER).write_text(script("otherDigits", digits_data(others(found))))


MADE_FROM = ("results/*/*/*", "mnist_lib/**/*.py", "data/*", "book/_ext/digit_data.py", "book/_ext/bundle.py",
             "book/_static/digit/*", "book/_static/parts/*")


def write_into_site(app, env):
    """Before any page is written, so that the address of the script can carry its content's hash."""
    folder = Path(app.outdir) / FOLDER
    if app.builder.format == "html" and PAGE in env.found_docs and not is_fresh(
            folder / FIRST, Path(app.srcdir), *MADE_FROM):
        found = offered()
        write_data(folder, found)
        write_page(folder, found)


def setup(app):
    app.connect("env-updated", write_into_site)
