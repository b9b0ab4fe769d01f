"""The receptive-field calculator over the networks people use: every timm family, torchvision's, and its own judge.

Each network is built without weights and followed in a process of its own, on one thread, with
its processor time and its peak of memory; then NaNs are put into single rows and columns of an
image, and where they arrive is compared with the table. timm is needed here only:
``pip install -e ".[bench]"``.

    python -m benchmarks.zoo                       # all, as a table on the terminal
    python -m benchmarks.zoo resnet50 swin_t       # these
    python -m benchmarks.zoo --record              # and writes results/benchmarks/zoo.json
    python -m benchmarks.zoo sam --record          # these anew in it, the others as they were
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import time
from importlib.metadata import version

import torch

from mnist_lib import receptive_field
from mnist_lib.data import import_torchvision
from mnist_lib.files import write_atomically
from mnist_lib.training import root

LIMITS = {"seconds": 20.0, "megabytes": 3072, "median": 1.0}
_SMALL = ("atto", "femto", "pico", "nano", "zero", "xxs", "xx_small", "xxtiny", "test", "mini", "tiny", "_s0", "_t0",
          "_xs", "xsmall", "_ti", "small", "_s", "18", "_b0", "26", "32", "34", "38", "_b")
_CLASSIFIERS = ("alexnet vgg11 vgg16 googlenet inception_v3 resnet18 resnet50 resnet101 resnext50_32x4d "
                "wide_resnet50_2 densenet121 squeezenet1_1 shufflenet_v2_x1_0 mobilenet_v2 mobilenet_v3_large "
                "mnasnet1_0 efficientnet_b0 efficientnet_v2_s regnet_y_400mf convnext_tiny vit_b_16 swin_t swin_v2_t "
                "maxvit_t").split()
_SEGMENTERS = "fcn_resnet50 deeplabv3_resnet50 deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large".split()
_DETECTORS = ("fasterrcnn_resnet50_fpn retinanet_resnet50_fpn fcos_resnet50_fpn ssd300_vgg16 "
              "ssdlite320_mobilenet_v3_large fasterrcnn_mobilenet_v3_large_fpn").split()


def networks() -> dict[str, tuple]:
    """Every network: (library, family, how to build it, input size), by its name."""
    models, found = import_torchvision().models, {}
    quiet = dict(weights=None)
    for name in _CLASSIFIERS:
        side = 299 if name == "inception_v3" else 224
        more = dict(init_weights=False) if name in ("googlenet", "inception_v3") else {}
        found[name] = ("torchvision", "classification",
                       lambda name=name, more=more: getattr(models, name)(**quiet, **more), (3, side, side))
    for name in _SEGMENTERS:
        found[name] = ("torchvision", "segmentation", lambda name=name: getattr(models.segmentation, name)(
            **quiet, weights_backbone=None), (3, 224, 224))
    for name in _DETECTORS:
        found[f"{name} (backbone)"] = ("torchvision", "detection", lambda name=name: getattr(models.detection, name)(
            **quiet, weights_backbone=None).backbone, (3, 320, 320))
    import timm
    from timm.models import list_modules

    for family in sorted(list_modules()):
        names = timm.list_models(module=family)
        if names:
            name = min(names, key=_how_large)
            size = timm.get_pretrained_cfg(name).input_size
            found[f"timm {name}"] = ("timm", family, lambda name=name: timm.create_model(name, pretrained=False), size)
    return found


def _how_large(name):
    """Where a network's name stands among those of its family: the small ones first."""
    return next((place for place, word in enumerate(_SMALL) if word in name), len(_SMALL)), len(name), name


def followed(name, build, size) -> dict:
    """One network's table in numbers, what it took, and where NaNs contradict it."""
    torch.set_num_threads(1)
    network, before = build().eval(), _megabytes()
    started, processor = time.perf_counter(), time.process_time()
    try:
        table = receptive_field(network, size, title=name)
    except Exception as error:  # whatever it is, the next network comes
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    took = {"seconds": time.process_time() - processor, "wall": time.perf_counter() - started,
            "megabytes": _megabytes(), "before": before}
    maps = [row for row in (*table.rows, *table.blocks[:-1]) if len(row.shape) == 2 and min(row.shape) > 1
            and all(g.jump is not None for g in row.output)]
    deepest = max(maps, key=lambda row: (sum(g.field for g in row.output), sum(g.jump for g in row.output)),
                  default=None)
    shown = {"rows": len(table), "parameters": table.parameters, "multiply_adds": table.multiply_adds,
             "unused": len(table.unused),
             "held": sum(p.numel() for p in {id(p): p for p in network.parameters()}.values()),
             "output_field": _plain(table.at("").r_out)}
    if deepest is not None:
        shown |= {"layer": deepest.name, "field": _plain(deepest.r_out), "jump": _plain(deepest.j_out),
                  "map": list(deepest.shape)}
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in {**took, **shown}.items()} | {
        "wrong": contradictions(network, size, table)}


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _plain(found):
    return [float(part) if part is not None else None for part in found] if isinstance(found, tuple) else (
        None if found is None else float(found))


def contradictions(network, size, table) -> list[str]:
    """The layers whose fields a NaN in one row or column of the image contradicts.

    A unit that turns NaN must see that line. Where a network cuts values off (a mask before a
    softmax turns NaN all the same) a change of the line decides instead.
    """
    suspects, clean = [], {}
    image = torch.rand(1, *size, generator=torch.Generator().manual_seed(1))
    for axis in (0, 1):
        line = size[1 + axis] * 2 // 5
        spoilt = image.clone()
        spoilt.select(2 + axis, line).fill_(float("nan"))
        reached = {name: value.isnan() for name, value in outputs(network, spoilt).items()}
        missed = [name for name, units in reached.items() if _outside(table, name, units, axis, line)]
        if missed:
            clean = clean or outputs(network, image)
            changed = image.clone()
            changed.select(2 + axis, line).add_(0.5)
            after = outputs(network, changed)
            missed = [name for name in missed if name in after and after[name].shape == clean[name].shape
                      and _outside(table, name, (after[name] - clean[name]).abs() > 1e-3 * clean[name].abs().max(),
                                   axis, line)]
        suspects += [f"{name or 'the output'} ({('rows', 'columns')[axis]})" for name in missed]
    return suspects


def outputs(network, image) -> dict[str, torch.Tensor]:
    """Each module's last output, by its name; "" is the network's."""
    found, hooks = {}, []

    def note(name, output):
        while isinstance(output, (tuple, list, dict)) and len(output):
            output = next(iter(output.values() if isinstance(output, dict) else output))
        if isinstance(output, torch.Tensor) and output.is_floating_point():
            found[name] = output.detach().clone()

    for name, module in network.named_modules():
        hooks.append(module.register_forward_hook(lambda m, args, output, name=name: note(name, output)))
    try:
        with torch.no_grad():
            network(image)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _outside(table, name, units, axis, line) -> bool:
    """Whether a unit was reached that does not see the line by the table."""
    try:
        row = table.at(name)
    except KeyError:
        return False
    if units.dim() <= max(row.dims, default=0) or tuple(units.shape[d] for d in row.dims) != tuple(row.shape):
        return False
    others = [d for d in range(units.dim()) if d not in row.dims]
    reached = units.permute(*row.dims, *others).flatten(len(row.dims)).any(-1) if row.dims else units.any()
    return bool((reached & ~_seeing(row.extents.axes[axis], line, reached.shape)).any())


def _seeing(extent, line, shape) -> torch.Tensor:
    """Which units of a map of a shape see a line, by the table."""
    first, last = (torch.tensor(ends).reshape(extent.shape) for ends in (extent.first, extent.last))
    return ((first <= line) & (line <= last)).expand(shape)


def _child(pipe, name, entry):
    library, family, build, size = entry
    pipe.send({"name": name, "library": library, "family": family, "input": list(size),
               **followed(name, build, size)})
    pipe.close()


def run(name, entry, limit=300) -> dict:
    """One network in a process of its own, which inherits what is imported here."""
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, name, entry))
    process.start()
    theirs.close()
    try:
        found = mine.recv() if mine.poll(limit) else None
    except EOFError:
        found = None
    if found is None:
        process.kill()
        found = {"name": name, "library": entry[0], "family": entry[1], "input": list(entry[3]),
                 "error": f"nothing after {limit} seconds"}
    process.join()
    return found


def summary(found) -> dict:
    """The figures of all networks together, and those beyond a limit."""
    done = [each for each in found if "error" not in each]
    return {"networks": len(found), "followed": len(done), "wrong": [e["name"] for e in done if e["wrong"]],
            "errors": [e["name"] for e in found if "error" in e],
            "median_seconds": statistics.median([e["seconds"] for e in done] or [0.0]),
            "slow": [e["name"] for e in done if e["seconds"] > LIMITS["seconds"]],
            "large": [e["name"] for e in done if e["megabytes"] > LIMITS["megabytes"]]}


def _write(found, chosen) -> None:
    """The record of those found; where some were ``chosen``, those recorded before stay."""
    file = root() / "benchmarks" / "zoo.json"
    if chosen and file.exists():
        new = {each["name"]: each for each in found}
        found = [new.pop(each["name"], each) for each in json.loads(file.read_text())["networks"]]
        found += new.values()
    versions = {each: version(each) for each in ("torch", "torchvision", "timm")}
    record = {"versions": versions, "limits": LIMITS, "summary": summary(found), "networks": found}
    write_atomically(file, (json.dumps(record, indent=1) + "\n").encode())


def main(arguments=None) -> int:
    """Run all, or those named; returns 1 where a table is wrong or a limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only networks whose name contains one of these")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    receptive_field(torch.nn.Conv2d(1, 1, 3), (1, 8, 8))  # whatever is loaded when it is first used
    found = []
    for name, entry in networks().items():
        if options.names and not any(part in name for part in options.names):
            continue
        found.append(one := run(name, entry))
        print(f"{name:48} " + (one["error"][:100] if "error" in one else
              f"{one['seconds']:7.2f} s {one['megabytes']:6} MB  field {one.get('field')} jump {one.get('jump')}"
              + (f"  WRONG: {one['wrong'][:3]}" if one["wrong"] else "")), flush=True)
        if options.record:
            _write(found, options.names)
    total = summary(found)
    print(json.dumps(total, indent=1))
    return int(bool(total["wrong"] or total["slow"] or total["large"]) or total["median_seconds"] > LIMITS["median"])


if __name__ == "__main__":
    sys.exit(main())
