"""Receptive fields by brute force: change pixels and see which units change. The calculator's judge.

``measure`` knows nothing of kernels, strides or padding. It makes a positive copy of the
network, changes one line of the image after the other, and notes the units whose value is no
longer the same, bit by bit. ``effective`` asks how much each pixel matters to the network as it
is: the mean absolute gradient, after Luo, Li, Urtasun and Zemel, "Understanding the Effective
Receptive Field in Deep Convolutional Neural Networks", 2016, arXiv:1701.04128.
Chapter: ``book/receptive-field.md``.
"""

from __future__ import annotations

import copy
import itertools
import zlib
from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from .chain import image_size
from .table import unit_of
from .trace import ReceptiveFieldError, left_as_found

_F = torch.nn.functional
#: Functions that are flat or negative somewhere, so that a change could be lost in them.
_BENT = {_F.relu, torch.relu, torch.relu_, torch.Tensor.relu, torch.Tensor.relu_, _F.relu6, _F.hardtanh, _F.elu,
         _F.leaky_relu, _F.gelu, _F.silu, _F.mish, _F.hardswish, _F.hardsigmoid, _F.hardshrink, _F.softplus,
         _F.softshrink, _F.tanhshrink, _F.softsign, _F.logsigmoid, _F.sigmoid, _F.tanh, torch.sigmoid, torch.tanh,
         torch.Tensor.sigmoid, torch.Tensor.tanh, torch.Tensor.sigmoid_, torch.Tensor.tanh_, _F.selu, _F.celu,
         _F.prelu, torch.prelu, _F.rrelu, _F.threshold, torch.exp, torch.Tensor.exp, torch.clamp, torch.Tensor.clamp,
         torch.Tensor.clamp_, _F.dropout, _F.dropout1d, _F.dropout2d, _F.alpha_dropout}
_SOFTMAX = {_F.softmax, torch.softmax, torch.Tensor.softmax}
_LIFTED = {_F.sigmoid, torch.sigmoid, torch.Tensor.sigmoid, torch.Tensor.sigmoid_, _F.hardsigmoid, _F.softplus,
           torch.exp, torch.Tensor.exp}


def measure(network, input_size, layer: str, unit=None) -> tuple:
    """The pixels that one unit of a layer sees, as ``Table.interval``: ((top, bottom), (left, right)).

    ``layer`` is a module's qualified name ("" for the network's output), ``unit`` (row,
    column), one number for a token, or None for the central unit. An axis is None where no
    pixel matters. Slow: it runs the network for every row and every column of the image, and
    so for small inputs. Raises KeyError where no such layer was executed.
    """
    return sweep(network, input_size, [layer])[_plain(layer)].interval(unit)


@dataclass(frozen=True)
class Measured:
    """For each unit of a layer, which rows and which columns of the image change it.

    ``rows`` and ``columns`` are boolean, ``(lines of the image, *shape of the output)``; ``dims``
    are the output's dimensions along which the units stand: of a map (N, C, H, W) the last two,
    of tokens (N, tokens, C) the middle one.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    label: str = "the layer"
    dims: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The map's shape."""
        return tuple(self.rows.shape[d] for d in self.dims)

    def lines(self, axis: int) -> torch.Tensor:
        """Which lines of the image change which unit, ``(lines, *shape)``: rows (0) or columns (1)."""
        lines = (self.rows, self.columns)[axis]
        others = [d for d in range(1, lines.dim()) if d not in self.dims]
        lines = lines.permute(0, *self.dims, *others)
        return lines.flatten(1 + len(self.dims)).any(-1) if others else lines

    def interval(self, unit=None) -> tuple:
        """((top, bottom), (left, right)) of the unit; an axis is None where nothing changes it."""
        place = unit_of(self, unit)
        return tuple(_ends(self.lines(axis)[(slice(None), *place)]) for axis in (0, 1))


def _ends(changed):
    where = changed.nonzero().flatten().tolist()
    return (where[0], where[-1]) if where else None


def sweep(network, input_size, layers=None, batch=32) -> dict[str, Measured]:
    """``Measured`` for each module's last output of three or more dimensions (or vector), in one go.

    ``layers``: only these names. The network itself is left alone; its positive copy runs
    twice for each line of the image, once on a dark image and once on a bright one.
    """
    size = image_size(input_size)
    models = {probe: positive_copy(network, biases=probe == "bright") for probe in ("dark", "bright")}
    names = None if layers is None else {_plain(name) for name in layers}
    changed: dict = {}
    for probe, model in models.items():
        with torch.no_grad(), _Straight(lifted=probe == "bright"):
            for axis in (0, 1):
                _probe(model, size, probe, axis, names, batch, changed)
    if names and not names <= {name for name, _ in changed}:
        missing = ", ".join(map(repr, sorted(names - {name for name, _ in changed})))
        raise KeyError(f"no layer called {missing} gave a map")
    return {name: Measured(rows, changed[name, 1], name or "the network", {4: (2, 3), 3: (1,)}.get(rows.dim(), ()))
            for (name, axis), rows in changed.items() if axis == 0}


def _probe(model, size, probe, axis, names, batch, changed):
    generator = torch.Generator().manual_seed(7)
    base = torch.zeros(1, *size, dtype=torch.float64)
    if probe == "bright":
        base += 0.5 + torch.rand(base.shape, generator=generator, dtype=torch.float64)
    lines = size[1 + axis]
    before = _outputs(model, base.expand(min(batch, lines), -1, -1, -1).clone(), names)
    for start in range(0, lines, batch):
        places = range(max(0, min(start, lines - min(batch, lines))), min(start + batch, lines))
        images = base.repeat(len(places), 1, 1, 1)
        for k, place in enumerate(places):
            if axis == 0:
                images[k, :, place, :] += 1 if probe == "dark" else 50
            else:
                images[k, :, :, place] += 1 if probe == "dark" else 50
        for name, after in _outputs(model, images, names).items():
            same = before[name][:len(places)]
            different = (after != same) & ~(after.isnan() & same.isnan())
            key = (name, axis)
            if key not in changed:
                changed[key] = torch.zeros(lines, *different.shape[1:], dtype=torch.bool)
            changed[key][list(places)] |= different


def _outputs(model, images, names) -> dict[str, torch.Tensor]:
    """Every module's last output, by its qualified name."""
    found, hooks = {}, []
    for name, module in model.named_modules():
        if names is None or name in names:
            def note(module, args, output, name=name):
                output = output[0] if isinstance(output, (tuple, list)) else output
                if isinstance(output, torch.Tensor) and output.dim() and len(output) == len(images):
                    found[name] = output.clone()
            hooks.append(module.register_forward_hook(note))
    try:
        model(images)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def positive_copy(network, biases=False) -> nn.Module:
    """A copy whose weights are positive, so that no path through it can cancel another.

    Biases are zero, or with ``biases`` positive too; batch normalization keeps its input as it is, and numbers are float64.
    (Normalizations over the map subtract a mean, which could cut a change off in what follows:
    while the copy runs, they add it.)
    """
    network = getattr(network, "_orig_mod", network)
    computed = {id(value): value.detach().clone() for module in network.modules() for value in vars(module).values()
                if isinstance(value, torch.Tensor) and not value.is_leaf}  # weights that hooks work out, and caches
    model = copy.deepcopy(network, computed).cpu().double().eval()
    for name, module in model.named_modules():
        if isinstance(module, nn.modules.batchnorm._NormBase) and module.track_running_stats:
            module.running_mean.zero_()
            module.running_var.fill_(1)
    for name, parameter in model.named_parameters():
        if not parameter.is_floating_point():
            continue
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        values = 0.5 + torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
        if parameter.dim() > 1:
            values /= max(1, parameter[0].numel())
        parameter.data = torch.zeros_like(values) if "bias" in name.rpartition(".")[2] and not biases else values
    return model


class _Straight(TorchFunctionMode):
    """Replaces what could hide a change: activations by the identity, normalizations by mixing.

    ``lifted`` adds one to those that are not zero at zero, so that they can open a gate.
    """

    def __init__(self, lifted):
        super().__init__()
        self.lifted = lifted

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in _BENT:
            return args[0] + 1 if self.lifted and function in _LIFTED else args[0]
        if function in _SOFTMAX:
            shares = function(*args, **kwargs)
            return shares * (shares > 1e-20)  # a mask of -100 stands for none, and leaves exp(-100)
        mixed = {_F.layer_norm: _layer_norm, _F.group_norm: _group_norm, _F.instance_norm: _instance_norm}
        if function in mixed:
            return mixed[function](function, *args, **kwargs)
        return function(*args, **kwargs)


def _mixed(input, dims):
    """In a normalization's place: depends on the same elements, positive, and of order one as well."""
    mean = input.mean(dims, keepdim=True)
    return (input + mean) / (1 + mean)


def _layer_norm(function, input, normalized_shape, *rest, **more):
    return _mixed(input, tuple(range(-len(normalized_shape), 0)))


def _group_norm(function, input, num_groups, *rest, **more):
    parts = input.unflatten(1, (num_groups, -1))
    return _mixed(parts, tuple(range(2, parts.dim()))).flatten(1, 2)


def _instance_norm(function, input, running_mean=None, running_var=None, weight=None, bias=None,
                   use_input_stats=True, *rest, **more):
    return _mixed(input, tuple(range(2, input.dim()))) if use_input_stats else input


def _plain(layer: str) -> str:
    """A layer's name without the number of its use; the last use is what is measured."""
    return layer.partition("#")[0]


def check(network, input_size, table) -> list[str]:
    """Differences between a table and the measurement: a line for each, none if they agree.

    Compares every unit of every module's last output, along both axes.
    """
    return differences(sweep(network, input_size), table)


def differences(measured: dict[str, Measured], table) -> list[str]:
    """Where a table and a ``sweep`` of the same network disagree, a line for each layer and axis."""
    problems = []
    for name, found in measured.items():
        try:
            row = table.at(name)
        except KeyError:
            continue  # a module inside one that is a row by itself
        found = replace(found, dims=row.dims)
        for axis in (0, 1):
            lines, extent = found.lines(axis), row.extents.axes[axis]
            for unit in itertools.product(*map(range, found.shape)):
                said, seen = extent.of(unit), _ends(lines[(slice(None), *unit)])
                if said != seen:
                    problems.append(f"{name or 'output'}, unit {unit}, {('rows', 'columns')[axis]}: "
                                    f"the table says {said}, measured {seen}")
                    break
    return problems


@dataclass(frozen=True)
class EffectiveField:
    """How much each pixel matters to a layer's central unit: ``mass``, (H, W), sums to 1."""

    mass: torch.Tensor
    interval: tuple
    layer: str
    share: float = 0.95

    @property
    def radius(self) -> float:
        """Radius in pixels of the circle around the centre of mass that holds ``share`` of it."""
        return self.radius_of(self.share)

    def radius_of(self, share: float) -> float:
        """The radius, in pixels, that holds this share of the mass."""
        (y, x), centre = self._places(), self.centre
        distance = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2).sqrt().flatten()
        order = distance.argsort()
        held = self.mass.flatten()[order].cumsum(0)
        place = min(int((held < share).sum()), len(order) - 1)
        return float(distance[order[place]])

    @property
    def centre(self) -> tuple[float, float]:
        """The centre of mass, (row, column)."""
        return tuple(float((self.mass * place).sum()) for place in self._places())

    def _places(self):
        height, width = self.mass.shape
        return (torch.arange(height, dtype=torch.float64)[:, None], torch.arange(width, dtype=torch.float64)[None, :])

    def plot(self, ax=None):
        """The mass as a picture, with the theoretical field as a frame; returns the axes."""
        from .field_plots import plot_effective

        return plot_effective(self, ax)


def effective(network, images, layer: str, unit=None, share=0.95) -> EffectiveField:
    """The effective receptive field of a unit: mean absolute gradient over a batch of images.

    ``images`` is (N, C, H, W). The gradient of the unit's channels' sum, for the network as it
    is, in evaluation mode; the network is left exactly as it was. Raises KeyError where no
    such layer was executed, ReceptiveFieldError where no pixel matters.
    """
    from .following import Follower

    found = {}
    modules = dict(network.named_modules())
    if layer not in modules:
        raise KeyError(f"no layer is called {layer!r}")
    first = next(network.parameters(), torch.empty(0))
    pictures = images.detach().to(first.device, first.dtype, copy=True).requires_grad_(True)
    with left_as_found(network), torch.enable_grad():
        def note(module, args, output):
            found["output"] = output[0] if isinstance(output, (tuple, list)) else output
        hook = modules[layer].register_forward_hook(note)
        try:
            network(pictures)
        finally:
            hook.remove()
        if "output" not in found:
            raise KeyError(f"{layer!r} was not executed")
        output = found["output"]
        chosen = output[(slice(None), slice(None), *unit_of(_Place(layer, output.shape[2:]), unit))]
        gradient, = torch.autograd.grad(chosen.sum(), pictures)
    mass = gradient.detach().double().abs().mean((0, 1)).cpu()
    if not float(mass.sum()) > 0:
        raise ReceptiveFieldError(f"no pixel matters to unit {unit} of {layer!r} on these images")
    from .trace import receptive_field

    interval = receptive_field(network, tuple(images.shape[1:])).interval(layer, unit)
    return EffectiveField(mass / mass.sum(), interval, layer, share)


@dataclass(frozen=True)
class _Place:
    label: str
    shape: tuple[int, ...]
