"""Receptive fields by brute force: change pixels and see which units change. The calculator's judge.

``measure`` knows nothing of kernels, strides or padding. It makes a positive copy of the
network, changes one line of the image after the other, and notes the units whose value is no
longer the same, bit by bit. How much each pixel matters is asked by ``effective_field.py``.
Chapter: ``book/learn/receptive-field.md``.
"""

from __future__ import annotations

import copy
import itertools
import re
import zlib
from dataclasses import dataclass

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from .arguments import arguments
from .inputs import altered, probed, run_on
from .row import output_name, unit_of
from .rules.registry import keyed_tensors
from .snapshot import left_as_found
from .space import Space

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


def measure(network, input_size=None, layer: str = "", unit=None, *, inputs=None, **how) -> tuple | dict:
    """The pixels that one unit of a layer sees, as ``Table.interval``: ((top, bottom), (left, right)).

    ``layer`` is a module's qualified name, "" for the network's output, or the key of one of
    several, as for ``Table.at``; ``how`` is as in ``receptive_field``; ``unit`` is (row, column),
    one number for a token, or None for the central unit. An axis is None where no pixel matters.
    Slow: it runs the network for every line of the image along each axis, and so for small inputs.
    Raises KeyError where no such layer was executed.
    """
    return sweep(network, input_size, [layer], inputs=inputs, **how)[_plain(layer)].interval(unit)


@dataclass(frozen=True)
class Measured:
    """For each unit of a layer, which lines of the inputs change it.

    ``lines`` has for each axis a boolean tensor: lines of the image, then the dimensions of the map.
    """

    lines: tuple[torch.Tensor, ...]
    label: str = "the layer"
    space: Space | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The map's shape."""
        return tuple(self.lines[0].shape[1:])

    def interval(self, unit=None) -> tuple | dict:
        """((top, bottom), (left, right)) of the unit; an axis is None where nothing changes it."""
        place = unit_of(self, unit)
        seen = tuple(ends(lines[(slice(None), *place)]) for lines in self.lines)
        return seen if self.space is None else self.space.by_input(seen)


def ends(changed) -> tuple[int, int] | None:
    """The first and last line of those that changed something."""
    where = changed.nonzero().flatten().tolist()
    return (where[0], where[-1]) if where else None


def sweep(network, input_size=None, layers=None, dims=None, batch=32, *, inputs=None, **how) -> dict[str, Measured]:
    """``Measured`` for the last output of each module, by qualified name, in one go.

    ``input_size`` or ``inputs`` (and ``how``) are those of ``receptive_field``. ``layers``: only these;
    "" is the network's output, and where a module returns several maps, each has its key, as in
    ``Table.at``. ``dims`` maps a name to the output's dimensions along which its units
    stand; else these are, of a map (N, C, H, W), the last two, of tokens (N, tokens, C) the
    middle one. The network itself is left alone; its positive copy runs on every line of the
    image twice, once on a dark image and once on a bright one.
    """
    with left_as_found(network):
        space, tensors = run_on(network, input_size, inputs, **how)
    dims, names = dims or {}, None if layers is None else {_plain(name) for name in layers}
    changed: dict = {}
    for probe in ("dark", "bright"):
        model = positive_copy(network, biases=probe == "bright")
        with torch.no_grad(), _Straight(lifted=probe == "bright"):
            for axis in range(len(space.pixels)):
                _probe(model, space, probed(tensors, probe == "bright"), probe, axis, names, dims, batch, changed)
    missing = (names or set()) - {name for name, _ in changed}
    if missing:
        raise KeyError(f"no layer called {', '.join(map(repr, sorted(missing)))} gave a map")
    return {name: Measured(tuple(changed[name, axis] for axis in range(len(space.pixels))), name or "the network",
                           space) for name, axis in changed if axis == 0}


def _probe(model, space, bases, probe, axis, names, dims, batch, changed):
    """Change one line of the image after the other; note the units that are not the same any more."""
    chosen = next(i for i, group in enumerate(space.groups) if axis in group)
    base, lines = bases[chosen], space.pixels[axis]
    dim = space.inputs[chosen].dims[axis - space.groups[chosen][0]] - 1  # of one image
    count = min(batch, lines)
    many = [each.repeat(count, *(1,) * (each.dim() - 1)) for each in bases]
    before = _outputs(model, space, many, names)
    for start in range(0, lines, count):
        first = min(start, lines - count)  # always as many images, as sums may be rounded by their number
        images = base.repeat(count, *(1,) * (base.dim() - 1))
        for k in range(count):
            line = images.select(0, k).select(dim, first + k)
            line.copy_(altered(line, 50 if probe == "bright" else 1))
        for name, after in _outputs(model, space, [*many[:chosen], images, *many[chosen + 1:]], names).items():
            same = before[name]
            different = (after != same) & ~(after.isnan() & same.isnan())
            kept = dims.get(name, (1,) if after.dim() == 3 and len(space.pixels) > 1 else tuple(range(2, after.dim())))
            others = [d for d in range(1, after.dim()) if d not in kept]
            different = different.permute(0, *kept, *others)
            different = different.flatten(1 + len(kept)).any(-1) if others else different
            if (name, axis) not in changed:
                changed[name, axis] = torch.zeros(lines, *different.shape[1:], dtype=torch.bool)
            changed[name, axis][first:first + count] |= different


def _outputs(model, space, images, names) -> dict[str, torch.Tensor]:
    """Every module's last output, by its qualified name; the network's is called ""."""
    found, hooks, modules = {}, [], dict(model.named_modules())

    def note(name, output):
        several = keyed_tensors(output)
        keys = [output_name(name, key) for key, _ in several] if len(several) > 1 or not name else []
        keys = [f"[{key}]" if key in modules and key != name else key for key in keys]  # a layer has that name
        for label, (_, tensor) in zip((name, *keys), several[:1] + several):
            if label != name and not tensor.is_floating_point():
                continue  # places, as of a maximum, need not move with what they depend on
            if (names is None or label in names) and tensor.dim() and len(tensor) == len(images[0]):
                found[label] = tensor.clone()

    for name, module in modules.items():
        if name and not isinstance(module, torch.jit.ScriptModule):
            hooks.append(module.register_forward_hook(lambda m, args, output, name=name: note(name, output)))
    try:
        args, kwargs = arguments(model, space, images)
        output = model(*args, **kwargs)
    finally:
        for hook in hooks:
            hook.remove()
    note("", output)
    return found


def positive_copy(network, biases=False) -> nn.Module:
    """A copy whose weights are positive, so that no path through it can cancel another.

    Biases are zero, or with ``biases`` positive too; batch normalization keeps its input as it
    is; numbers are float64. (Normalizations over the map subtract a mean, which could cut a
    change off in what follows: while the copy runs, they add it.)
    """
    network = getattr(network, "_orig_mod", network)
    computed = {id(value): value.detach().clone() for module in network.modules() for value in vars(module).values()
                if isinstance(value, torch.Tensor) and not value.is_leaf}  # weights that hooks work out, and caches
    model = copy.deepcopy(network, computed).cpu().double().eval()
    for module in model.modules():
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
    return re.sub(r"#\d+", "", layer)


def check(network, input_size=None, table=None, *, inputs=None, **how) -> list[str]:
    """Differences between a table and the measurement: a line for each, none if they agree.

    Compares every unit of every module's last output, along all axes.
    """
    known = (*table.parts, *table.outputs, *table.blocks, *table.rows)
    dims = {row.name: row.dims for row in known if not row.name.endswith("()")}
    return differences(sweep(network, input_size, None, dims, inputs=inputs, **how), table)


def differences(measured: dict[str, Measured], table) -> list[str]:
    """Where a table and a ``sweep`` of the same network disagree, a line for each layer and axis."""
    problems, compared, names = [], 0, table.space.axis_names
    for name, found in measured.items():
        try:
            row = table.at(name)
        except KeyError:
            continue  # a module inside one that is a row by itself
        if tuple(row.shape) != found.shape:
            problems.append(f"{name or 'output'}: the table has a map of {row.shape}, measured {found.shape}")
            continue
        compared += 1
        for axis, lines in enumerate(found.lines):
            for unit in itertools.product(*map(range, found.shape)):
                said, seen = row.extents.axes[axis].of(unit), ends(lines[(slice(None), *unit)])
                if said != seen:
                    problems.append(f"{name or 'output'}, unit {unit}, {names[axis]}: "
                                    f"the table says {said}, measured {seen}")
                    break
    return problems if compared or problems else ["nothing was measured: no module returned a map"]
