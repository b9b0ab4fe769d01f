"""Augmentation: a digit turned, shifted and scaled, and what a recorded network reads in it."""

from . import network_of

ROOM = 190
SCRIPTS = ("parts/pictures",)
FIRST = {"turn": 30.0, "across": 2, "down": 0, "scale": 0.9, "fill": 0.0}  # what is there at first
DIGIT = 4


def data(network: str = "six-models/steplr") -> dict:
    """The first test digit of each class, and what a network reads in the changed one that is there at first."""
    import calculator
    import digit_data
    import torch

    from mnist_lib.data import Normalize, RandomAffine, mnist

    indices = [digit["index"] for digit in calculator.digits()]
    image = RandomAffine(0, fill=FIRST["fill"]).apply(mnist("test").images[indices[DIGIT]][None].float() / 255, {
        "angle": torch.tensor([FIRST["turn"]]), "scale": torch.tensor([FIRST["scale"]]), "shear": torch.zeros(1, 2),
        "translate": torch.tensor([[float(FIRST["across"]), float(FIRST["down"])]])})
    with torch.no_grad():
        chances = network_of(network)(Normalize()(image, None)).softmax(1)[0]
    return {"network": network, "file": network.replace("/", "-"), "digits": digit_data.digits_data(indices),
            "digit": DIGIT, "first": FIRST, "chances": [round(v, 4) for v in chances.tolist()]}
