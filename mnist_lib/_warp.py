"""Moving pixels: affine and perspective maps of a batch, one map for each image.

A map runs backwards, from a pixel of the result to the place in the source that it shows.
The order of the floating-point operations is that of torchvision.transforms.v2.functional
(`_get_inverse_affine_matrix`, `_affine_grid`, `_perspective_grid`, `_apply_grid_transform`),
because a place halfway between two pixels would otherwise fall to the other side now and then.
See book/paths/six-models/augmentation.md.
"""

import torch
from torch.nn.functional import grid_sample


def inverse_affine(angle, translate=None, scale=None, shear=None):
    """Return the (B, 2, 3) matrices that undo rotation, shear, scaling and translation.

    angle (B,) and shear (B, 2) in degrees, clockwise; translate (B, 2) in pixels, x first;
    scale (B,). With R a rotation, K a shear and s the scale, the matrix is (s R K)^-1 applied
    after taking the translation back, origin at the image's centre. Computed in float64
    where the device has it, returned as float32.
    """
    wide = torch.float32 if angle.device.type == "mps" else torch.float64
    angle = angle.to(wide).deg2rad()
    if shear is None:
        a, b, c, d = angle.cos(), -angle.sin(), angle.sin(), angle.cos()
    else:
        shear_x, shear_y = shear.to(wide).deg2rad().unbind(1)
        a = (angle - shear_y).cos() / shear_y.cos()
        b = -(a * shear_x.tan() + angle.sin())
        c = (angle - shear_y).sin() / shear_y.cos()
        d = angle.cos() - c * shear_x.tan()
    inverse = torch.stack((d, -b, -c, a), 1)
    if scale is not None:
        inverse = inverse / scale.to(wide)[:, None]
    inverse = inverse.view(-1, 2, 2)
    if translate is None:
        shift = torch.zeros_like(inverse[..., :1])
    else:
        x, y = translate.to(wide).unbind(1)
        shift = (-inverse[..., 0] * x[:, None] - inverse[..., 1] * y[:, None])[..., None]
    return torch.cat((inverse, shift), 2).to(torch.float32)


def affine(images, inverse, fill=0.0):
    """Return images (B, C, H, W) moved by `inverse` (B, 2, 3), nearest pixel."""
    x, y = _centred(images.shape[-1], images), _centred(images.shape[-2], images)
    half = _half_size(images)
    grid = _linear(inverse / half[:, None], x, y)
    return _sample(images, grid, "nearest", fill)


def perspective(images, endpoints, fill=0.0):
    """Return images (B, C, H, W) whose corners are moved to `endpoints`, bilinear.

    endpoints (B, 4, 2) are whole pixels, x first: top left, top right, bottom right, bottom
    left. With (x, y) a pixel of the result, the source is
    ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)); four corners give
    eight linear equations for a to h.
    """
    height, width = images.shape[-2:]
    a, b, c, d, e, f, g, h = _perspective_coefficients(endpoints, height, width).unbind(1)
    x = _centred(width, images) + 0.5 * width
    y = _centred(height, images) + 0.5 * height
    one = torch.ones_like(g)
    upper = torch.stack((a, b, c, d, e, f), 1).view(-1, 2, 3) / _half_size(images)[:, None]
    lower = torch.stack((g, h, one), 1).view(-1, 1, 3)
    grid = _linear(upper, x, y).div_(_linear(lower, x, y)).sub_(1.0)
    return _sample(images, grid, "bilinear", fill)


def _perspective_coefficients(endpoints, height, width):
    """Return (B, 8) float32: the map that takes endpoints (B, 4, 2) to the image's corners."""
    wide = torch.float32 if endpoints.device.type == "mps" else torch.float64
    x, y = endpoints.to(wide).unbind(2)  # (B, 4)
    right, bottom = width - 1.0, height - 1.0
    u = x.new_tensor((0.0, right, right, 0.0)).expand_as(x)
    v = x.new_tensor((0.0, 0.0, bottom, bottom)).expand_as(x)
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    rows_u = torch.stack((x, y, one, zero, zero, zero, -u * x, -u * y), 2)
    rows_v = torch.stack((zero, zero, zero, x, y, one, -v * x, -v * y), 2)
    system = torch.stack((rows_u, rows_v), 2).flatten(1, 2)  # (B, 8, 8)
    target = torch.stack((u, v), 2).flatten(1)[..., None]
    # solve_ex, unlike solve, does not ask the device whether a system was singular
    return torch.linalg.solve_ex(system, target)[0].squeeze(2).to(torch.float32)


def _centred(side, like):
    """Return the pixel centres along a side, in pixels from the middle: 28 gives -13.5 … 13.5."""
    return torch.linspace((1.0 - side) * 0.5, (side - 1.0) * 0.5, side, device=like.device)


def _half_size(images):
    return torch.stack([torch.full((), 0.5 * side, device=images.device) for side in images.shape[:-3:-1]])


def _linear(matrix, x, y):
    """Return (B, H, W, K): matrix (B, K, 3) times (x, y, 1) at every pixel."""
    rows = matrix[:, None, None]  # (B, 1, 1, K, 3)
    return (rows[..., 0] * x[:, None] + rows[..., 1] * y[:, None, None]) + rows[..., 2]


def _sample(images, grid, mode, fill):
    """Return `images` read at `grid` (B, H, W, 2) in [-1, 1]; `fill` where it leaves the image."""
    values = images.to(torch.float32)
    if mode == "nearest" and fill == 0:
        sampled = grid_sample(values, grid, mode, "zeros", align_corners=False)
        return sampled.to(images.dtype)
    # a channel of ones, sampled alike, tells how much of a pixel comes from inside the image
    inside = torch.ones_like(values[:, :1])
    sampled = grid_sample(torch.cat((values, inside), 1), grid, mode, "zeros", align_corners=False)
    sampled, inside = sampled[:, :-1], sampled[:, -1:]
    if mode == "nearest":
        sampled = torch.where(inside < 0.5, fill, sampled)
    else:
        sampled = sampled.sub(fill).mul_(inside).add_(fill)
    return sampled if images.is_floating_point() else sampled.round_().to(images.dtype)
