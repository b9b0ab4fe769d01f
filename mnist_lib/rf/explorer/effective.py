"""Effective fields and the example image, made small enough to be written into the page."""

from __future__ import annotations

import base64
import struct
import zlib

import torch

from ..gradients import masses

SIDE = 48  # cells of a written field, at most, along each axis
IMAGES = 4  # over which is averaged, at most
FIELDS = 16  # layers whose effective field is measured where none are named
PICTURE = 160  # pixels of the example image, at most, along each axis


def measured(table, network, images=None, layers=None) -> dict:
    """Effective fields of central units by the number of their row, as the page reads them.

    ``images`` is (N, C, H, W) or (N, C, L); without it, two images of noise are taken. Raises
    KeyError for a layer that the table does not have, ValueError for a network that has not one
    input of one or two axes.
    """
    axes = len(table.space.pixels)
    if len(table.space.inputs) > 1 or axes > 2:
        raise ValueError("effective fields are for networks with one input, a sequence or an image; leave network out")
    noise = images is None
    if noise:
        images = torch.randn(2, *table.input_size, generator=torch.Generator().manual_seed(1))
    images = images if images.dim() == axes + 2 else images[None]
    modules = dict(network.named_modules())
    rows = {row.name: number for number, row in enumerate(table.rows) if row.calls == 1 and row.name in modules}
    if layers is not None:
        rows = {table.at(layer).name: rows.get(table.at(layer).name) for layer in layers}
        missing = [name for name, number in rows.items() if number is None]
        if missing:
            raise KeyError(f"{missing[0]!r} is no module that is called once: its output cannot be asked for")
    else:
        rows = _spread({name: n for name, n in rows.items() if table.rows[n].multiply_adds and table.rows[n].shape})
    units = {name: lambda output, row=table.rows[n]: _central(output, row) for name, n in rows.items()}
    found: dict = {}
    for image in images[:IMAGES]:  # one by one, as the table was made: some networks take no more
        for name, mass in masses(network, image[None], units).items():
            found[name] = found.get(name, 0) + mass
    return {rows[name]: _written(mass, table.rows[rows[name]], noise, len(images[:IMAGES]))
            for name, mass in found.items() if float(mass.sum()) > 0}


def _spread(rows) -> dict:
    """So many of the rows, from first to last."""
    names = list(rows)
    count = min(FIELDS, len(names))
    chosen = {names[i * (len(names) - 1) // max(1, count - 1)] for i in range(count)}
    return {name: number for name, number in rows.items() if name in chosen}


def _central(output, row):
    """The index of the central unit, in all channels."""
    index = [slice(None)] * output.dim()
    for dim, size in zip(row.dims, row.shape):
        index[dim] = size // 2
    return tuple(index)


def _written(mass, row, noise, count) -> dict:
    """A mass within its theoretical field, in cells of whole pixels, as bytes: the root of its share of the largest."""
    unit = tuple(size // 2 for size in row.shape)
    box = [extent.of(unit) or (0, 0) for extent in row.extents.axes]
    inside = mass[tuple(slice(first, last + 1) for first, last in box)]
    share = float(inside.sum() / mass.sum())
    cells = [-(-size // SIDE) for size in inside.shape]
    padded = torch.nn.functional.pad(inside, [p for size, cell in reversed(list(zip(inside.shape, cells)))
                                              for p in (0, -size % cell)])
    for dim, cell in reversed(list(enumerate(cells))):
        padded = padded.unflatten(dim, (-1, cell)).sum(dim + 1)
    levels = (padded / padded.max().clamp_min(1e-300)).sqrt().mul(255).round().to(torch.uint8)
    return {"box": [list(ends) for ends in box], "cell": cells, "shape": list(levels.shape), "noise": noise,
            "images": count, "inside": share, "bytes": base64.b64encode(bytes(levels.flatten().tolist())).decode()}


def picture(images, table) -> str:
    """The first image as the address of a PNG file; empty where the network takes no image of one or three channels."""
    first = images[0] if images.dim() == 4 else images
    if len(table.space.inputs) > 1 or len(table.space.pixels) != 2 or first.dim() != 3 or len(first) not in (1, 3):
        return ""
    first = first.detach().float().cpu()
    step = -(-max(first.shape[1:]) // PICTURE)
    first = first[:, ::step, ::step]
    first = (first - first.min()) / (first.max() - first.min()).clamp_min(1e-12)
    levels = first.mul(255).round().to(torch.uint8).permute(1, 2, 0).contiguous()
    return "data:image/png;base64," + base64.b64encode(_png(levels)).decode()


def _png(levels) -> bytes:
    """A PNG file of bytes (H, W, 1 or 3): https://www.w3.org/TR/png-3/."""
    height, width, channels = levels.shape

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + bytes(line.flatten().tolist()) for line in levels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
