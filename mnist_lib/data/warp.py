"""Transforms that move pixels: RandomRotation, RandomAffine, RandomPerspective.

A map runs backwards, from a pixel of the result to the place in the source that it shows, and
every image of a batch has a map of its own. The order of the floating-point operations is that
of torchvision.transforms.v2.functional (`_get_inverse_affine_matrix`, `_affine_grid`,
`_perspective_grid`, `_apply_grid_transform`), because a place halfway between two pixels would
otherwise now and then fall to the other side. See book/paths/six-models/augmentation.md.
"""

from dataclasses import dataclass

import torch
from torch.nn.functional import grid_sample

from .transform import Transform, angles, check, home, number, numbers, uniform


@dataclass(frozen=True)
class RandomRotation(Transform):
    """Rotation about the centre by an angle from `degrees`, counter-clockwise, nearest pixel.

    `degrees` is (low, high), or one number for (-number, number). Pixels that come from
    outside the image get `fill`, as it stands: 0 is black before Normalize, grey after it.
    """

    degrees: tuple
    fill: float = 0.0

    def __post_init__(self):
        self._set(degrees=angles(self, "degrees"), fill=number(self, "fill"))

    def draw(self, batch, size, generator, device):
        return {"angle": uniform(*self.degrees, batch, generator, device)}

    def apply(self, images, parameters):
        return affine(images, inverse_affine(-parameters["angle"].remainder(360)), self.fill)


@dataclass(frozen=True)
class RandomAffine(Transform):
    """Rotation, translation, scaling and shear about the centre in one step.

    `translate` holds the largest shifts as fractions of width and height (the shift drawn is
    rounded to whole pixels), `scale` is (low, high), `shear` in degrees is one number for
    (-number, number) along x, (low, high) along x, or four numbers for x and y. The angle
    is clockwise here, as in torchvision, where only `rotate` turns the other way.
    `interpolation` is "nearest" (the nearest pixel's value) or "bilinear" (a mean of four).
    """

    degrees: tuple
    translate: tuple | None = None
    scale: tuple | None = None
    shear: tuple | None = None
    fill: float = 0.0
    interpolation: str = "nearest"

    def __post_init__(self):
        self._set(degrees=angles(self, "degrees"), fill=number(self, "fill"))
        check(self.interpolation in ("nearest", "bilinear"), self, 'interpolation must be "nearest" or "bilinear"')
        if self.translate is not None:
            self._set(translate=numbers(self, "translate", 2))
            check(all(0 <= t <= 1 for t in self.translate), self, "translate must lie between 0 and 1")
        if self.scale is not None:
            self._set(scale=numbers(self, "scale", 2))
            check(0 < self.scale[0] <= self.scale[1], self, "scale must be positive and increasing")
        if self.shear is not None:
            self._set(shear=angles(self, "shear", 2, 4))

    def draw(self, batch, size, generator, device):
        def drawn(low, high):
            return uniform(low, high, batch, generator, device)

        height, width = size
        zero, one = torch.zeros(batch, device=device), torch.ones(batch, device=device)
        angle, shift, scale, shear = drawn(*self.degrees), (zero, zero), one, (zero, zero)
        if self.translate is not None:
            x, y = self.translate[0] * width, self.translate[1] * height
            shift = drawn(-x, x).round_(), drawn(-y, y).round_()
        if self.scale is not None:
            scale = drawn(*self.scale)
        if self.shear is not None:
            shear = drawn(*self.shear[:2]), drawn(*self.shear[2:]) if len(self.shear) == 4 else zero
        return {"angle": angle, "translate": torch.stack(shift, 1), "scale": scale, "shear": torch.stack(shear, 1)}

    def apply(self, images, parameters):
        return affine(images, inverse_affine(**parameters), self.fill, self.interpolation)


@dataclass(frozen=True)
class RandomPerspective(Transform):
    """With probability `p`, each corner moves inwards by up to `distortion_scale` of half a side.

    Corners are whole pixels; values between pixels are interpolated (bilinear).
    """

    distortion_scale: float = 0.5
    p: float = 0.5
    fill: float = 0.0

    def __post_init__(self):
        self._set(**{name: number(self, name) for name in ("distortion_scale", "p", "fill")})
        check(0 <= self.distortion_scale <= 1, self, "distortion_scale must lie between 0 and 1")
        check(0 <= self.p <= 1, self, "p must lie between 0 and 1")

    def draw(self, batch, size, generator, device):
        def inwards(side):
            bound = int(self.distortion_scale * (side // 2)) + 1
            pixels = torch.randint(0, bound, (batch, 4), generator=generator, device=home(generator, device))
            return pixels.to(device, non_blocking=True)

        height, width = size
        chosen = uniform(0, 1, batch, generator, device) < self.p
        x, y = inwards(width), inwards(height)
        right, low = _corners(device)
        x, y = torch.where(right, width - 1 - x, x), torch.where(low, height - 1 - y, y)
        return {"chosen": chosen, "endpoints": torch.stack((x, y), 2)}  # (B,), (B, 4, 2)

    def apply(self, images, parameters):
        warped = perspective(images, parameters["endpoints"], self.fill)
        return torch.where(parameters["chosen"].view(-1, 1, 1, 1), warped, images)


def inverse_affine(angle, translate=None, scale=None, shear=None):
    """Return the (B, 2, 3) matrices that undo rotation, shear, scaling and translation.

    angle (B,) and shear (B, 2) in degrees, clockwise; translate (B, 2) in pixels, x first;
    scale (B,). With A the product of rotation, scaling and shear, and t the translation, the
    matrix is [A^-1 | -A^-1 t], origin at the image's centre. Computed in float64 where the
    device has it, returned as float32.
    """
    wide = _wide(angle.device)
    angle = angle.to(wide).deg2rad()
    if shear is None:
        a, b, c, d = angle.cos(), -angle.sin(), angle.sin(), angle.cos()
    else:
        shear_x, shear_y = shear.to(wide).deg2rad().unbind(1)
        a = (angle - shear_y).cos() / shear_y.cos()
        b = -(a * shear_x.tan() + angle.sin())
        c = (angle - shear_y).sin() / shear_y.cos()
        d = angle.cos() - c * shear_x.tan()
    inverse = torch.stack((d, -b, -c, a), 1)  # rotation and shear have determinant 1
    if scale is not None:
        inverse = inverse / scale.to(wide)[:, None]
    inverse = inverse.view(-1, 2, 2)
    shift = torch.zeros_like(inverse[..., 0])
    if translate is not None:
        x, y = translate.to(wide)[:, :, None].unbind(1)
        shift = -inverse[..., 0] * x - inverse[..., 1] * y
    return torch.cat((inverse, shift[..., None]), 2).to(torch.float32)


def affine(images, inverse, fill=0.0, interpolation="nearest"):
    """Return images (B, C, H, W) moved by the maps `inverse` (B, 2, 3)."""
    height, width = images.shape[-2:]
    x, y = _centres(width, images.device), _centres(height, images.device)
    grid = torch.stack((_linear(inverse[:, 0] / (0.5 * width), x, y),
                        _linear(inverse[:, 1] / (0.5 * height), x, y)), 1)  # fmt: skip
    return _sample(images, grid, interpolation, fill)


def perspective(images, endpoints, fill=0.0):
    """Return images (B, C, H, W) whose corners are moved to `endpoints`, bilinear.

    endpoints (B, 4, 2) are whole pixels, x first: top left, top right, bottom right, bottom
    left. With (x, y) a pixel of the result, the source is
    ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)); four corners give
    eight linear equations for a to h.
    """
    height, width = images.shape[-2:]
    map_ = _perspective_map(endpoints, height, width)
    x, y = _centres(width, images.device) + 0.5 * width, _centres(height, images.device) + 0.5 * height
    below = _linear(map_[:, 2], x, y)
    grid = torch.stack((_linear(map_[:, 0] / (0.5 * width), x, y).div_(below).sub_(1.0),
                        _linear(map_[:, 1] / (0.5 * height), x, y).div_(below).sub_(1.0)), 1)  # fmt: skip
    # corners on one line leave no map; torchvision shows NaN there, this shows `fill`
    return _sample(images, grid.nan_to_num_(nan=2.0).clamp_(-2.0, 2.0), "bilinear", fill)


def _perspective_map(endpoints, height, width):
    """Return (B, 3, 3) float32, rows (a b c), (d e f), (g h 1), taking endpoints to the image's corners."""
    wide = _wide(endpoints.device)
    x, y = endpoints.to(wide).unbind(2)  # (B, 4)
    right, low = _corners(endpoints.device)
    u, v = (right * (width - 1.0)).to(wide).expand_as(x), (low * (height - 1.0)).to(wide).expand_as(x)
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    rows_u = torch.stack((x, y, one, zero, zero, zero, -u * x, -u * y), 2)
    rows_v = torch.stack((zero, zero, zero, x, y, one, -v * x, -v * y), 2)
    system = torch.stack((rows_u, rows_v), 2).flatten(1, 2)  # (B, 8, 8)
    target = torch.stack((u, v), 2).flatten(1)[..., None]
    # solve_ex, unlike solve, does not ask the device whether a system was singular
    solution = torch.linalg.solve_ex(system, target)[0].squeeze(2)
    return torch.cat((solution, one[:, :1]), 1).to(torch.float32).view(-1, 3, 3)


def _corners(device):
    """Return two masks over (top left, top right, bottom right, bottom left): right ones, low ones."""
    corner = torch.arange(4, device=device)
    return (corner == 1) | (corner == 2), corner >= 2


def _wide(device):
    return torch.float32 if device.type == "mps" else torch.float64


def _centres(side, device):
    """Return the pixel centres along a side, in pixels from the middle: 28 gives -13.5 … 13.5."""
    return torch.linspace((1.0 - side) * 0.5, (side - 1.0) * 0.5, side, device=device)


def _linear(row, x, y):
    """Return (B, H, W): row (B, 3) times (x, y, 1) at every pixel."""
    along_x, along_y = row[:, 0, None] * x, row[:, 1, None] * y
    return (along_x[:, None, :] + along_y[:, :, None]).add_(row[:, 2, None, None])


def _sample(images, grid, mode, fill):
    """Return `images` read at `grid` (B, 2, H, W), x first, in [-1, 1]; `fill` where it leaves the image."""
    values, grid = images.to(torch.float32), grid.permute(0, 2, 3, 1)
    if mode == "nearest" and fill == 0:
        return grid_sample(values, grid, mode, "zeros", align_corners=False).to(images.dtype)
    # a channel of ones, sampled alike, tells how much of a pixel comes from inside the image
    both = torch.cat((values, torch.ones_like(values[:, :1])), 1)
    both = grid_sample(both, grid, mode, "zeros", align_corners=False)
    sampled, inside = both[:, :-1], both[:, -1:]
    if mode == "nearest":
        sampled = torch.where(inside < 0.5, fill, sampled)
    else:
        sampled = sampled.sub(fill).mul_(inside).add_(fill)
    return sampled if images.is_floating_point() else sampled.round_().to(images.dtype)
