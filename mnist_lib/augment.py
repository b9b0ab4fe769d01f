"""Random image transforms that work on a whole batch, with other parameters for each image.

Names, arguments and distributions are those of torchvision.transforms.v2. There, one call
draws one set of parameters, so a batch must be transformed image by image, on the CPU. Here
every transform has two halves:

    draw(batch, size, generator, device)   one set of parameters for each of `batch` images
    apply(images, parameters)              the images, transformed with these parameters

and is called as `transform(images, generator)`, which does both. Images are (B, C, H, W),
uint8 before `ToTensor` and float32 after it. Parameters are a dict of tensors of shape (B, …)
named like the arguments of `torchvision.transforms.v2.functional`: for the same parameters,
`apply` returns what torchvision returns image by image. Nothing waits for the device: no
value is read back to the host.

Shown at work in book/data.md and book/paths/six-models/augmentation.md.
"""

from dataclasses import dataclass

import torch

from . import _warp


class Transform:
    """What all transforms share. By itself it draws nothing and needs no generator."""

    def draw(self, batch, size, generator, device):
        """Return the parameters for `batch` images of `size` (height, width)."""
        return {}

    def apply(self, images, parameters):
        """Return `images` transformed with `parameters`."""
        raise NotImplementedError(f"{type(self).__name__} must define apply(images, parameters)")

    def output_size(self, size):
        """Return the (height, width) that images of `size` have afterwards."""
        return size

    def __call__(self, images, generator=None):
        """Draw parameters for every image and return the transformed batch."""
        if images.ndim != 4:
            raise ValueError(f"{self}: expected images (B, C, H, W), got shape {tuple(images.shape)}")
        size = tuple(images.shape[-2:])
        return self.apply(images, self.draw(len(images), size, generator, images.device))

    def _set(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)  # the dataclasses are frozen


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
        self._set(mean=_number(self, "mean"), std=_number(self, "std"))
        _check(self.std > 0, self, "std must be positive")

    def apply(self, images, parameters):
        if not images.is_floating_point():
            raise TypeError(f"{self} expects float images, got {images.dtype}; put ToTensor() before it")
        return images.sub(self.mean).div_(self.std)


@dataclass(frozen=True)
class RandomRotation(Transform):
    """Rotation about the centre by an angle from `degrees`, counter-clockwise, nearest pixel.

    `degrees` is (low, high), or one number for (-number, number). Pixels that come from
    outside the image get `fill`, as it stands: 0 is black before Normalize, grey after it.
    """

    degrees: tuple
    fill: float = 0.0

    def __post_init__(self):
        self._set(degrees=_angles(self, "degrees"), fill=_number(self, "fill"))

    def draw(self, batch, size, generator, device):
        return {"angle": _uniform(*self.degrees, batch, generator, device)}

    def apply(self, images, parameters):
        inverse = _warp.inverse_affine(-parameters["angle"].remainder(360))
        return _warp.affine(images, inverse, self.fill)


@dataclass(frozen=True)
class RandomAffine(Transform):
    """Rotation, translation, scaling and shear about the centre in one step, nearest pixel.

    `translate` holds the largest shifts as fractions of width and height (the shift drawn is
    rounded to whole pixels), `scale` is (low, high), `shear` in degrees is one number for
    (-number, number) along x, (low, high) along x, or four numbers for x and y.
    """

    degrees: tuple
    translate: tuple | None = None
    scale: tuple | None = None
    shear: tuple | None = None
    fill: float = 0.0

    def __post_init__(self):
        self._set(degrees=_angles(self, "degrees"), fill=_number(self, "fill"))
        if self.translate is not None:
            self._set(translate=_numbers(self, "translate", (2,)))
            _check(all(0 <= t <= 1 for t in self.translate), self, "translate must lie between 0 and 1")
        if self.scale is not None:
            self._set(scale=_numbers(self, "scale", (2,)))
            _check(0 < self.scale[0] <= self.scale[1], self, "scale must be positive and increasing")
        if self.shear is not None:
            self._set(shear=_angles(self, "shear", lengths=(2, 4)))

    def draw(self, batch, size, generator, device):
        def uniform(low, high):
            return _uniform(low, high, batch, generator, device)

        height, width = size
        drawn = {"angle": uniform(*self.degrees)}
        if self.translate is None:
            drawn["translate"] = torch.zeros(batch, 2, device=device)
        else:
            x, y = self.translate[0] * width, self.translate[1] * height
            drawn["translate"] = torch.stack((uniform(-x, x), uniform(-y, y)), 1).round_()
        drawn["scale"] = uniform(*self.scale) if self.scale else torch.ones(batch, device=device)
        shear = (self.shear or (0.0, 0.0)) + (0.0, 0.0)
        drawn["shear"] = torch.stack(
            [uniform(*shear[i:i + 2]) if any(shear[i:i + 2]) else torch.zeros(batch, device=device)
             for i in (0, 2)], 1)  # fmt: skip
        return drawn

    def apply(self, images, parameters):
        return _warp.affine(images, _warp.inverse_affine(**parameters), self.fill)


@dataclass(frozen=True)
class RandomPerspective(Transform):
    """With probability `p`, each corner moves inwards by up to `distortion_scale` of half a side.

    Corners are whole pixels; values between pixels are interpolated (bilinear).
    """

    distortion_scale: float = 0.5
    p: float = 0.5
    fill: float = 0.0

    def __post_init__(self):
        self._set(**{name: _number(self, name) for name in ("distortion_scale", "p", "fill")})
        _check(0 <= self.distortion_scale <= 1, self, "distortion_scale must lie between 0 and 1")
        _check(0 <= self.p <= 1, self, "p must lie between 0 and 1")

    def draw(self, batch, size, generator, device):
        chosen = _uniform(0, 1, batch, generator, device) < self.p
        sides = []
        for side in (size[1], size[0]):
            bound = int(self.distortion_scale * (side // 2)) + 1
            inwards = torch.randint(0, bound, (batch, 4), generator=generator,
                                    device=_home(generator, device)).to(device, non_blocking=True)  # fmt: skip
            sides.append((side, bound, inwards))
        (width, bound_x, x), (height, bound_y, y) = sides
        right, bottom = width - bound_x, height - bound_y
        # corners: top left, top right, bottom right, bottom left
        x = torch.stack((x[:, 0], x[:, 1] + right, x[:, 2] + right, x[:, 3]), 1)
        y = torch.stack((y[:, 0], y[:, 1], y[:, 2] + bottom, y[:, 3] + bottom), 1)
        return {"chosen": chosen, "endpoints": torch.stack((x, y), 2)}  # (B,), (B, 4, 2)

    def apply(self, images, parameters):
        warped = _warp.perspective(images, parameters["endpoints"], self.fill)
        return torch.where(parameters["chosen"].view(-1, 1, 1, 1), warped, images)


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
        for name, centre, low, high in (("brightness", 1.0, 0.0, float("inf")), ("contrast", 1.0, 0.0, float("inf")),
                                        ("saturation", 1.0, 0.0, float("inf")), ("hue", 0.0, -0.5, 0.5)):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, (int, float)):
                _check(value >= 0, self, f"{name} must not be negative")
                value = (max(centre - value, low) if centre else -value, centre + value)
                self._set(**{name: value})
            if value is not None:
                bounds = _numbers(self, name, (2,))
                _check(low <= bounds[0] <= bounds[1] <= high, self, f"{name} must increase within [{low}, {high}]")
                self._set(**{name: None if bounds == (centre, centre) else bounds})

    def draw(self, batch, size, generator, device):
        drawn = {"order": _uniform(0, 1, (batch, 4), generator, device).argsort(1)}  # 0 is brightness, 1 contrast
        for name in ("brightness", "contrast"):
            bounds = getattr(self, name)
            drawn[f"{name}_factor"] = (torch.ones(batch, device=device) if bounds is None
                                       else _uniform(*bounds, batch, generator, device))  # fmt: skip
        return drawn

    def apply(self, images, parameters):
        if images.shape[1] != 1:
            raise ValueError(f"{self}: expected one channel, got {images.shape[1]}")
        position = parameters["order"].argsort(1)
        brightness, contrast = parameters["brightness_factor"], parameters["contrast_factor"]
        brightness_first = position[:, 0] < position[:, 1]
        result = images
        for is_brightness in (brightness_first, ~brightness_first):
            result = _blend(result, is_brightness.view(-1, 1, 1, 1),
                            torch.where(is_brightness, brightness, contrast).view(-1, 1, 1, 1))  # fmt: skip
        return result


def _blend(images, with_black, factor):
    """Mix each image with black (brightness) or with its own mean (contrast)."""
    values = images.to(torch.float32)
    other = torch.where(with_black, 0.0, values.mean((1, 2, 3), keepdim=True))
    mixed = torch.addcmul(values * factor, other, 1 - factor)
    if images.is_floating_point():
        return mixed.clamp_(0, 1)
    return mixed.clamp_(0, 255).to(images.dtype)


@dataclass(frozen=True)
class CenterCrop(Transform):
    """The central `size` = (height, width) of each image; one number for a square."""

    size: tuple

    def __post_init__(self):
        self._set(size=_pair(self))

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
        self._set(size=_pair(self))

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
        _check(isinstance(self.transforms, (tuple, list)) and len(self.transforms) > 0
               and all(isinstance(t, Transform) for t in self.transforms),
               self, "transforms must be a non-empty tuple of transforms")  # fmt: skip
        self._set(transforms=tuple(self.transforms), p=_number(self, "p"))
        _check(0 <= self.p <= 1, self, "p must lie between 0 and 1")

    def output_size(self, size):
        for transform in self.transforms:
            size = transform.output_size(size)
        return size

    def draw(self, batch, size, generator, device):
        chosen = _uniform(0, 1, batch, generator, device) < self.p
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
            raise ValueError(f"{self} turns {images.dtype} {tuple(images.shape)} into {changed.dtype} "
                             f"{tuple(changed.shape)}, but a batch has one size and type: "
                             "add what undoes it, such as Resize, to its transforms")  # fmt: skip
        return torch.where(parameters["chosen"].view(-1, 1, 1, 1), changed, images)


def _functional():
    from ._torchvision import import_torchvision

    import_torchvision()
    from torchvision.transforms.v2 import functional

    return functional


def _home(generator, device):
    """Where random numbers are drawn: a generator draws only on its own device."""
    return device if generator is None else generator.device


def _uniform(low, high, shape, generator, device):
    """Return float32 values from [low, high) on `device`."""
    values = torch.empty(shape, device=_home(generator, device)).uniform_(low, high, generator=generator)
    return values.to(device, non_blocking=True)


def _check(holds, transform, problem):
    if not holds:
        raise ValueError(f"{transform}: {problem}")


def _number(transform, name):
    """Return the field as a float; like torchvision, also take a sequence of one."""
    value = getattr(transform, name)
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    _check(isinstance(value, (int, float)) and abs(value) < float("inf"), transform, f"{name} must be a number")
    return float(value)


def _numbers(transform, name, lengths):
    value = getattr(transform, name)
    wanted = " or ".join(str(n) for n in lengths)
    _check(isinstance(value, (tuple, list)) and len(value) in lengths
           and all(isinstance(v, (int, float)) and v == v for v in value),
           transform, f"{name} must be {wanted} numbers")  # fmt: skip
    return tuple(float(v) for v in value)


def _angles(transform, name, lengths=(2,)):
    """Return ranges in degrees; one number v stands for (-v, v)."""
    value = getattr(transform, name)
    if isinstance(value, (int, float)):
        _check(0 <= value < float("inf"), transform, f"{name}, given as one number, must not be negative")
        return (-float(value), float(value))
    value = _numbers(transform, name, lengths)
    _check(all(value[i] <= value[i + 1] for i in range(0, len(value), 2)), transform, f"{name} must increase")
    return value


def _pair(transform):
    size = transform.size
    size = (size, size) if isinstance(size, int) else tuple(size) if isinstance(size, (tuple, list)) else ()
    _check(len(size) == 2 and all(isinstance(s, int) and s > 0 for s in size), transform,
           "size must be a positive whole number or (height, width)")  # fmt: skip
    return size
