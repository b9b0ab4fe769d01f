"""What the rule sheet measures on a reader's network: shape, field, hidden numbers, one batch, seconds.

Everything here runs the reader's code on a few training images, and leaves nothing behind.
"""

from __future__ import annotations

import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...reading import where
from ...training import pick_device, train_epoch
from .entry import Entry, Refused, line
from .learning import faster

STEPS = 100  # with one batch, for learning it by heart
TIMED = 8  # batches, of which the first two do not count


def transformed(entry: Entry, images: Tensor) -> Tensor:
    """Images as the recipe's transforms make them: float (N, 1, 28, 28), or :class:`Refused`."""
    x, random = images, torch.Generator().manual_seed(0)
    for transform in entry.recipe.transforms:
        try:
            x = transform(x, random)
        except Exception as error:
            raise Refused(f"the transform {line(type(transform).__name__)} fails on a batch ({line(error)}); take "
                          "those of mnist_lib.data, which change whole batches") from error
    if not isinstance(x, Tensor) or x.shape != (len(images), 1, 28, 28) or not x.is_floating_point():
        kind = f"{tuple(x.shape)} {x.dtype}" if isinstance(x, Tensor) else type(x).__name__
        raise Refused(f"the transforms give {kind}, not floats ({len(images)}, 1, 28, 28); "
                      "end with ToTensor(), Normalize()")
    return x


def must_run(entry: Entry, network: nn.Module, x: Tensor) -> None:
    """Refuse a network that fails on a batch, or gives something else than finite logits (N, 10)."""
    for mode in (True, False):
        network.train(mode)
        try:
            with torch.no_grad():
                y = network(x)
        except Exception as error:
            raise Refused(f"{entry.name} fails on a batch {tuple(x.shape)}: {where(error)}") from error
        if not isinstance(y, Tensor):
            raise Refused(f"{entry.name} gives a {type(y).__name__}, not a tensor of logits (N, 10)")
        if y.shape != (len(x), 10):
            raise Refused(f"{entry.name} gives {tuple(y.shape)} for {len(x)} images, not ({len(x)}, 10); "
                          "flatten what the last layer makes")
        if not torch.isfinite(y).all():
            raise Refused(f"{entry.name} gives numbers that are not finite (NaN or infinite) before any training; "
                          "look for a division by zero or the logarithm of one")
        if y.min() >= 0 and torch.allclose(y.sum(1), torch.ones(len(y)), atol=1e-4):
            raise Refused(f"{entry.name} gives probabilities, not logits: leave the softmax out, since the loss "
                          "(cross-entropy) has one")


def field(network: nn.Module):
    """The receptive-field table, the field before the head in pixels, and a sentence; None, None where it fails."""
    from ...rf import receptive_field

    try:
        table = receptive_field(network, (1, 28, 28))
        maps = [row for row in table.rows if len(row.shape) == 2 and max(row.shape) > 1]
        size = maps[-1].extents.widest if hasattr(maps[-1].extents, "widest") else max(
            axis.widest for axis in maps[-1].extents.axes)
    except Exception as error:  # the calculator stops where it has no rule, and a network may have no map
        return None, None, f"the calculator can't follow it: {line(error)}"
    return table, size, f"{size} of 28 pixels" + (
        "" if size >= 20 else "; a digit is about 20 pixels tall: add a layer, a stride or a pooling")


def outside_numbers(network: nn.Module, x: Tensor, y: Tensor) -> int:
    """How many numbers take part in learning that are not parameters of the network."""
    network.train()
    loss = F.cross_entropy(network(x), y)
    own, found, seen, todo = {id(p) for p in network.parameters()}, 0, set(), [loss.grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None and id(leaf) not in own:
            found += leaf.numel()
        todo += [following for following, _ in node.next_functions]
    return found


def same_with_any_seed(entry: Entry) -> str:
    """The name of a weight matrix that two seeds build alike, or an empty string."""
    built = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        built.append(dict(entry.build().named_parameters()))
    return next((name for name, weight in built[0].items() if weight.ndim > 1 and weight.numel() > 10
                 and name in built[1] and torch.equal(weight, built[1][name])), "")


@torch.no_grad()
def judges_alone(network: nn.Module, x: Tensor) -> bool:
    """Whether, in evaluation, an image's logits hang on nothing but the image."""
    network.eval()
    together = network(x)
    alone = torch.cat([network(part.expand(2, -1, -1, -1))[:1] for part in x[:8].split(1)])  # squeeze() drops one
    other = network(x.flip(0)).flip(0)
    return torch.allclose(together[:8], alone, atol=1e-3, rtol=1e-3) and torch.allclose(
        together, other, atol=1e-3, rtol=1e-3)


def by_heart(network: nn.Module, x: Tensor, y: Tensor) -> float:
    """The share of one batch that the network gets right after ``STEPS`` steps of Adam on it alone."""
    optimizer = torch.optim.Adam((p for p in network.parameters() if p.requires_grad), lr=0.01)
    network.train()
    best = 0.0
    for _ in range(STEPS):
        logits = network(x)
        loss = F.cross_entropy(logits, y)
        best = max(best, (logits.argmax(1) == y).float().mean().item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return best


def seconds_an_epoch(entry: Entry, images: Tensor, labels: Tensor) -> float:
    """Seconds that one epoch takes here, by a few batches with everything that belongs to a step."""
    device, recipe = pick_device(), entry.recipe
    network = faster(entry.build(), device)
    optimizer = recipe.make_optimizer(network)
    schedule = recipe.make_schedule(optimizer, -(-len(images) // recipe.batch_size))
    random = torch.Generator(device).manual_seed(0)
    times = []
    for number in range(TIMED):
        part = slice(number * recipe.batch_size % len(images), None)
        x, y = images[part][:recipe.batch_size].to(device), labels[part][:recipe.batch_size].to(device)
        if not recipe.augmented:
            for transform in recipe.transforms:
                x = transform(x, None)
        began = time.perf_counter()
        try:
            losses, _ = train_epoch(network, x, y, recipe, optimizer, schedule, random)
        except Exception as error:
            raise Refused(f"the recipe of {entry.name} fails on its first batches: {where(error)}") from error
        losses.sum().item()  # waits for the device
        times.append(time.perf_counter() - began)
    return sorted(times[2:])[(TIMED - 2) // 2] * -(-len(images) // recipe.batch_size)
