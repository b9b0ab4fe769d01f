"""What a batch of random transforms costs here, and what torchvision takes image by image.

Contenders, for each transform, on one batch of uint8 digits:

    batch     mnist_lib.data.augment: parameters drawn and applied for the whole batch at once
    tensors   torchvision.transforms.v2 on each image as a tensor
    pillow    torchvision.transforms.v2 on each image as a PIL image, as the sources do; turning
              the results into tensors, which the sources also pay for, is not counted

They take turns, so that whatever else the machine does hits all of them alike. A ratio is that of
two times in one round; reported are medians over the rounds, with the quartiles of the ratios.
Read in book/paths/six-models/augmentation.md.

    python -m benchmarks.augmentation [--rounds 15] [--batch 128] [--threads 1]
"""

import argparse
import statistics
import sys
import time

import torch

from mnist_lib import mnist
from mnist_lib.data import augment, import_torchvision

TRANSFORMS = {  # those of the sources
    "rotation": augment.RandomRotation(7),
    "rotation, grey fill": augment.RandomRotation(7, fill=1),
    "affine": augment.RandomAffine(7, translate=(0.1, 0.1), scale=(0.8, 1.2), shear=10),
    "jitter": augment.ColorJitter(brightness=0.4, contrast=0.4),
    "perspective": augment.RandomPerspective(0.3, p=0.5),
    "crop and resize": augment.RandomApply((augment.CenterCrop(24), augment.Resize(28)), p=0.1),
}


def counterpart(transform, v2):
    """Return the torchvision transform that `transform` is named after."""
    if isinstance(transform, augment.RandomApply):
        return v2.RandomApply([counterpart(t, v2) for t in transform.transforms], p=transform.p)
    return getattr(v2, type(transform).__name__)(**vars(transform))


def contenders(transform, images, v2):
    """Return a function to time for each way of transforming the batch `images` (B, 1, 28, 28)."""
    theirs, generator = counterpart(transform, v2), torch.Generator().manual_seed(0)
    pictures = [v2.functional.to_pil_image(image) for image in images]
    return {
        "batch": lambda: transform(images, generator),
        "tensors": lambda: torch.stack([theirs(image) for image in images]),
        "pillow": lambda: [theirs(picture) for picture in pictures],
    }


def rounds_of(functions, rounds):
    """Return, for each function, its seconds in every round; each round starts with another one."""
    for function in functions.values():
        function()  # memory and libraries
    names, seconds = list(functions), {name: [] for name in functions}
    for i in range(rounds):
        for name in names[i % len(names):] + names[: i % len(names)]:
            began = time.perf_counter()
            functions[name]()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def main(arguments=None):
    summary = __doc__.splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.augmentation", description=summary)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: quartiles need two values")
    torch.set_num_threads(options.threads)
    import_torchvision()
    from torchvision.transforms import v2

    images = mnist("train").images[: options.batch]
    print(f"milliseconds for {len(images)} images, and times slower than batch: medians of "
          f"{options.rounds} rounds, quartiles in brackets, {options.threads} thread(s)")  # fmt: skip
    print(f"{'transform':20} {'batch':>7} {'tensors':>8}{'':23} {'pillow':>8}")
    for name, transform in TRANSFORMS.items():
        seconds = rounds_of(contenders(transform, images, v2), options.rounds)
        line = f"{name:20} {1000 * statistics.median(seconds['batch']):7.2f}"
        for rival in ("tensors", "pillow"):
            ratios = [b / a for a, b in zip(seconds["batch"], seconds[rival], strict=True)]
            low, middle, high = statistics.quantiles(ratios, n=4)
            ratio = f"x {middle:.1f} ({low:.1f} to {high:.1f})"
            line += f" {1000 * statistics.median(seconds[rival]):8.2f} {ratio:22}"
        print(line.rstrip())


if __name__ == "__main__":
    sys.exit(main())
