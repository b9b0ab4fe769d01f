"""Augmentation: a digit turned, shifted and scaled, and what a recorded network reads in it."""

from __future__ import annotations

from .chart import element, near, svg

OPTIONS = {"network": "six-models/steplr"}
HEIGHT, ROOM = 230, 190
SCRIPTS = ("parts/pictures",)
FIRST = {"turn": 30.0, "across": 2, "down": 0, "scale": 0.9, "fill": 0.0}  # what is there at first
DIGIT, SIDE = 4, 200


def changed(image, turn: float, across: int, down: int, scale: float, fill: float):
    """A digit (1, 1, 28, 28), ink from 0 to 1, as ``RandomAffine`` of the library changes it by these numbers."""
    import torch

    from mnist_lib.data import RandomAffine

    return RandomAffine(0, fill=fill).apply(
        image,
        {
            "angle": torch.tensor([float(turn)]),
            "translate": torch.tensor([[float(across), float(down)]]),
            "scale": torch.tensor([float(scale)]),
            "shear": torch.zeros(1, 2),
        },
    )


def data(options: dict[str, str]) -> dict:
    """The first test digit of each class, and what the still shows of one: the changed pixels and ten probabilities."""
    import calculator
    import digit_data
    import torch

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import mnist
    from mnist_lib.training import trained

    indices = [d["index"] for d in calculator.digits()]
    run = next((run for run in recorded(options["network"]) if run.seed == 0), None)
    if run is None or not run.weights:
        raise LookupError(f"no weights of {options['network']!r}, seed 0, are recorded, so that it can read nothing")
    image = changed(mnist("test").images[indices[DIGIT]][None].float() / 255, **FIRST)
    with torch.no_grad():
        chances = trained(run)((image - 0.1307) / 0.3081).softmax(1)[0]
    return {
        "network": run.experiment,
        "file": digit_data.file_name(run),
        "digits": digit_data.digits_data(indices),
        "digit": DIGIT,
        "first": FIRST,
        "shown": [round(255 * v) for v in image.flatten().tolist()],
        "chances": [round(v, 4) for v in chances.tolist()],
    }


def picture(values: list[int], x: float) -> str:
    """A digit of 784 bytes as squares."""
    squares = "".join(
        element("rect", x=i % 28, y=i // 28, width=1.03, height=1.03, opacity=round(v / 255, 2))
        for i, v in enumerate(values)
        if v > 20
    )
    return (
        f'<g transform="translate({near(x)} 24) scale({near(SIDE / 28)})" fill="var(--figure-ink)">{squares}'
        '<rect width="28" height="28" fill="none" stroke="var(--figure-soft)" stroke-width="0.12"/></g>'
    )


def still(data: dict) -> str:
    best = max(range(10), key=data["chances"].__getitem__)
    bars = "".join(
        element("text", str(i), x=428, y=36 + 20 * i)
        + element(
            "rect",
            x=444,
            y=26 + 20 * i,
            width=near(1 + 180 * p),
            height=12,
            fill=f"var(--figure-{'red' if i == best else 'blue'})",
        )
        for i, p in enumerate(data["chances"])
    )
    words = (
        f"A handwritten {data['digit']} turned by {FIRST['turn']:g} degrees, shifted by {FIRST['across']} pixels "
        f"and scaled by {FIRST['scale']:g}, and beside it ten bars: the network reads a {best}."
    )
    titles = element("text", "changed", class_="touch-title", x=0, y=14) + element(
        "text", "what the network reads", class_="touch-title", x=428, y=14
    )
    return svg(640, HEIGHT, words, titles + picture(data["shown"], 0) + bars)
