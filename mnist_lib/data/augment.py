"""Random image transforms that work on a whole batch, with other parameters for each image.

Names, arguments and distributions are those of torchvision.transforms.v2. There, one call
draws one set of parameters, so a batch must be transformed image by image. Here every
transform has two halves:

    draw(batch, size, generator, device)   one set of parameters for each of `batch` images
    apply(images, parameters)              the images, transformed with these parameters

and is called as `transform(images, generator)`, which does both. Images are (B, C, H, W),
uint8 before `ToTensor` and float32 after it. Parameters are a dict of tensors of shape (B, …)
named like the arguments of `torchvision.transforms.v2.functional`: for the same parameters,
`apply` returns what torchvision returns image by image. No value is read back to the host, so
nothing waits for the device.

Rotation, affine and perspective maps are in warp.py. Shown at work in book/learn/digits.md and
book/paths/six-models/augmentation.md.
"""

from dataclasses import dataclass

import torch

from .transform import Transform, check, number, numbers, square, uniform
from .warp import RandomAffine, RandomPerspective, RandomRotation

__all__ = ["CenterCrop", "ColorJitter", "Normalize", "RandomAffine", "RandomApply", "RandomPerspective",
           "RandomRotation", "Resize", "ToTensor", "Transform", "apply"]  # fmt: skip


def apply(transforms, images, generator=None):
    """Return `images` after all `transforms`, in order.

    `generator` is a torch.Generator on the CPU or on the images' device; the same state gives
    the same result. Without one, torch's global generator is used.
    """
    for transform in transforms:
        images = transform(images, generator)
    return images


@dataclass(frozen=True)
class ToTensor(Transform):
    """uint8 from 0 to 255 becomes float32 from 0 to 1."""

    def apply(self, images, parameters):
        if images.dtype != torch.uint8:
            raise TypeError(f"ToTensor() expects uint8 images, got {images.dtype}; is it there twice?")
        return images.to(torch.float32).div_(255)


@dataclass(frozen=True)
class Normalize(Transform):
    """(x - mean) / std. The defaults are the training set's own mean and standard deviation."""

    mean: float = 0.1307
    std: float = 0.3081

    def __post_init__(self):
        self._set(mean=number(self, "mean"), std=number(self, "std"))
        check(self.std > 0, self, "std must be positive")

    def apply(self, images, parameters):
        if not images.is_floating_point():
            raise TypeError(f"{self} expects float images, got {images.dtype}; put ToTensor() before it")
        return images.sub(self.mean).div_(self.std)


@dataclass(frozen=True)
class ColorJitter(Transform):
    """Brightness and contrast multiplied by random factors, in random order.

    A number v stands for factors from max(0, 1 - v) to 1 + v, a pair for (low, high).
    `saturation` and `hue` are accepted, so that a source can be quoted, and change nothing:
    an image with one channel has neither. Float images are clamped to [0, 1].
    """

    brightness: tuple | None = None
    contrast: tuple | None = None
    saturation: tuple | None = None
    hue: tuple | None = None

    def __post_init__(self):
        for name in ("brightness", "contrast", "saturation"):
            self._range(name, 1.0, 0.0, float("inf"))
        self._range("hue", 0.0, -0.5, 0.5)

    def _range(self, name, centre, lowest, highest):
        """Turn a number into the range around `centre`, and a range without width into None."""
        value = getattr(self, name)
        if value is None:
            return
        if isinstance(value, (int, float)):
            value = number(self, name)
            check(value >= 0, self, f"{name}, given as one number, must not be negative")
            low, high = centre - value, centre + value
            low = max(low, lowest) if centre else low  # torchvision clips factors, not the hue
        else:
            low, high = numbers(self, name, 2)
        check(lowest <= low <= high <= highest, self, f"{name} must increase within [{lowest}, {highest}]")
        self._set(**{name: None if low == high == centre else (low, high)})

    def draw(self, batch, size, generator, device):
        # torchvision's randperm(4): brightness is 0 and contrast 1, the other two do nothing here
        drawn = {"order": uniform(0, 1, (batch, 4), generator, device).argsort(1)}
        for name in ("brightness", "contrast"):
            drawn[f"{name}_factor"] = (
                torch.ones(batch, device=device) if getattr(self, name) is None
                else uniform(*getattr(self, name), batch, generator, device))  # fmt: skip
        return drawn

    def apply(self, images, parameters):
        if images.shape[1] != 1:
            raise ValueError(f"{self}: expected one channel, got {images.shape[1]}")
        brightness = parameters["brightness_factor"].view(-1, 1, 1, 1)
        contrast = parameters["contrast_factor"].view(-1, 1, 1, 1)
        position = parameters["order"].argsort(1)[..., None, None]
        brightness_first = position[:, :1] < position[:, 1:2]
        for is_brightness in (brightness_first, ~brightness_first):
            images = _blend(images, is_brightness, torch.where(is_brightness, brightness, contrast))
        return images


def _blend(images, with_black, factor):
    """Return factor * image + (1 - factor) * other, where other is black or else the image's mean."""
    values = images.to(torch.float32)
    other = torch.where(with_black, 0.0, values.mean((1, 2, 3), keepdim=True))
    mixed = torch.addcmul(values * factor, other, 1 - factor)
    if images.is_floating_point():
        return mixed.clamp_(0, 1)
    return mixed.clamp_(0, 255).to(images.dtype)


@dataclass(frozen=True)
class CenterCrop(Transform):
    """The central `size` = (height, width) of each image; one number stands for a square."""

    size: tuple

    def __post_init__(self):
        self._set(size=square(self, "size"))

    def output_size(self, size):
        return self.size

    def apply(self, images, parameters):
        return _functional().center_crop(images, list(self.size))


@dataclass(frozen=True)
class Resize(Transform):
    """Each image resampled to `size` = (height, width), bilinear and antialiased.

    One number stands for a square.
    """

    size: tuple

    def __post_init__(self):
        self._set(size=square(self, "size"))

    def output_size(self, size):
        return self.size

    def apply(self, images, parameters):
        return _functional().resize(images, list(self.size), antialias=True)


@dataclass(frozen=True)
class RandomApply(Transform):
    """All `transforms`, in order, for a random share `p` of the images; the others stay.

    A batch has one size, so `transforms` must end with the size and type they started with. A
    source that crops some images and then resizes all of them, RandomApply([CenterCrop(24)],
    p=0.1) and Resize(28), is RandomApply((CenterCrop(24), Resize(28)), p=0.1) here: the same,
    because resizing an image of 28 x 28 to 28 x 28 leaves it as it is.
    """

    transforms: tuple
    p: float = 0.5

    def __post_init__(self):
        inner = self.transforms
        listed = isinstance(inner, (tuple, list)) and inner and all(isinstance(t, Transform) for t in inner)
        check(listed, self, "transforms must be a tuple of at least one transform")
        self._set(transforms=tuple(inner), p=number(self, "p"))
        check(0 <= self.p <= 1, self, "p must lie between 0 and 1")

    def output_size(self, size):
        for transform in self.transforms:
            size = transform.output_size(size)
        return size

    def draw(self, batch, size, generator, device):
        chosen = uniform(0, 1, batch, generator, device) < self.p
        inner = []
        for transform in self.transforms:
            inner.append(transform.draw(batch, size, generator, device))
            size = transform.output_size(size)
        return {"chosen": chosen, "inner": tuple(inner)}

    def apply(self, images, parameters):
        changed = images
        for transform, inner in zip(self.transforms, parameters["inner"], strict=True):
            changed = transform.apply(changed, inner)
        if changed.shape != images.shape or changed.dtype != images.dtype:
            raise ValueError(
                f"{self} turns {images.dtype} {tuple(images.shape)} into {changed.dtype} "
                f"{tuple(changed.shape)}, but a batch has one size and type: "
                "add what undoes it, such as Resize, to its transforms")
        return torch.where(parameters["chosen"].view(-1, 1, 1, 1), changed, images)


def _functional():
    """Return torchvision.transforms.v2.functional; only cropping and resizing need it."""
    from .torchvision_import import import_torchvision

    import_torchvision()
    from torchvision.transforms.v2 import functional

    return functional
