"""What the transforms of augment.py and warp.py share: base class, random draws, checked arguments."""

import torch


class Transform:
    """A transform that draws nothing; the others override `draw`. Subclasses are frozen dataclasses."""

    def draw(self, batch, size, generator, device):
        """Return the parameters for `batch` images of `size` (height, width), as a dict of tensors."""
        return {}

    def apply(self, images, parameters):
        """Return images (B, C, H, W) transformed with `parameters`."""
        raise NotImplementedError(f"{type(self).__name__} must define apply(images, parameters)")

    def output_size(self, size):
        """Return the (height, width) that images of `size` have afterwards."""
        return size

    def __call__(self, images, generator=None):
        """Draw parameters for every image and return the transformed batch."""
        if images.ndim != 4:
            raise ValueError(f"{self}: expected images (B, C, H, W), got shape {tuple(images.shape)}")
        return self.apply(images, self.draw(len(images), tuple(images.shape[2:]), generator, images.device))

    def _set(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)  # a frozen dataclass, still being made


def home(generator, device):
    """Return where random numbers are drawn: a generator draws only on its own device."""
    return device if generator is None else generator.device


def uniform(low, high, shape, generator, device):
    """Return float32 values from [low, high), drawn where the generator lives, on `device`."""
    values = torch.empty(shape, device=home(generator, device)).uniform_(low, high, generator=generator)
    return values.to(device, non_blocking=True)


def check(holds, transform, problem):
    """Raise ValueError, naming the transform and the problem, unless `holds`."""
    if not holds:
        raise ValueError(f"{transform}: {problem}")


def number(transform, name):
    """Return the field as a float; like torchvision, also take a sequence of one."""
    value = getattr(transform, name)
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    check(_is_number(value), transform, f"{name} must be a number")
    return float(value)


def numbers(transform, name, *lengths):
    """Return the field as a tuple of floats, as many as one of `lengths`."""
    value = getattr(transform, name)
    sequence = isinstance(value, (tuple, list)) and len(value) in lengths and all(map(_is_number, value))
    check(sequence, transform, f"{name} must be a sequence of {' or '.join(map(str, lengths))} numbers")
    return tuple(float(v) for v in value)


def angles(transform, name, *lengths):
    """Return the field as (low, high) ranges in degrees; one number v stands for (-v, v)."""
    value = getattr(transform, name)
    if _is_number(value):
        check(value >= 0, transform, f"{name}, given as one number, must not be negative")
        return (-float(value), float(value))
    value = numbers(transform, name, *lengths or (2,))
    increasing = value[0] <= value[1] and value[-2] <= value[-1]
    check(increasing, transform, f"{name} must increase from low to high")
    return value


def square(transform, name):
    """Return the field as (height, width) in whole pixels; one number stands for a square."""
    size = getattr(transform, name)
    size = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    whole = len(size) == 2 and all(isinstance(s, int) and not isinstance(s, bool) and s > 0 for s in size)
    check(whole, transform, f"{name} must be a positive whole number or a pair (height, width)")
    return size


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")
