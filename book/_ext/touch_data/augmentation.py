"""Augmentation: a digit turned, shifted and scaled, and what a recorded network reads in it."""

ROOM = 190
SCRIPTS = ("parts/pictures",)
FIRST = {"turn": 30.0, "across": 2, "down": 0, "scale": 0.9, "fill": 0.0}  # what is there at first
DIGIT = 4


def data(network: str = "six-models/steplr") -> dict:
    """The first test digit of each class, and what a network reads in the changed one that is there at first."""
    import calculator
    import digit_data
    import torch

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import RandomAffine, mnist
    from mnist_lib.training import trained

    indices = [digit["index"] for digit in calculator.digits()]
    run = next((run for run in recorded(network) if run.seed == 0), None)
    if run is None or not run.weights:
        raise LookupError(f"no weights of {network!r}, seed 0, are recorded, so that it can read nothing")
    image = RandomAffine(0, fill=FIRST["fill"]).apply(mnist("test").images[indices[DIGIT]][None].float() / 255, {
        "angle": torch.tensor([FIRST["turn"]]), "scale": torch.tensor([FIRST["scale"]]), "shear": torch.zeros(1, 2),
        "translate": torch.tensor([[float(FIRST["across"]), float(FIRST["down"])]])})
    with torch.no_grad():
        chances = trained(run)((image - 0.1307) / 0.3081).softmax(1)[0]
    return {"network": run.experiment, "file": digit_data.file_name(run), "digits": digit_data.digits_data(indices),
            "digit": DIGIT, "first": FIRST, "chances": [round(v, 4) for v in chances.tolist()]}
