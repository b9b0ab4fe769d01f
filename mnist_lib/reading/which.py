"""Which network of a file it is, why, and with which arguments it is built."""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .errors import Refused, line
from .execution import IMPORTED, Execution
from .selection import calls_of, trained, used
from .source import code_of

NAME = "Net"


def main_file(files: Mapping[str, bytes], shown: str, asked: str) -> str:
    """The file that is read: ``network.py``, or the one that no other imports and that has a network."""
    top = {name: code for name in files if "/" not in name and (code := code_of(name, files[name]))}
    named = [name for name in top if Path(name).stem == "network"] or list(top)
    free = [name for name in named if not any(
        re.search(rf"^\s*(from|import)\s+{re.escape(Path(name).stem)}\b", code, re.MULTILINE)
        for other, code in top.items() if other != name)] or named
    stems = "|".join(re.escape(Path(name).stem) for name in top)
    able = [name for name in free if asked and re.search(rf"\b{re.escape(asked)}\b", top[name])] or [
        name for name in free if re.search(r"\bModule\b|\bSequential\b|^network\s*=", top[name], re.MULTILINE)] or [
        name for name in free if re.search(rf"^\s*(from|import)\s+({stems})\b", top[name], re.MULTILINE)] or free
    if len(able) != 1:
        raise Refused(f"{line(shown)} has {len(able)} files that may be the network"
                      f"{': ' + line(', '.join(able)) if able else ''}; call the one that has it network.py")
    return able[0]


def part_of(of: Any, name: str, place: str) -> Any:
    for part in name.split("."):
        if not hasattr(of, part):
            raise Refused(f"{line(place)} has no {line(name)!r}")
        of = getattr(of, part)
    return of


def chosen(names: dict, reading: Execution, asked: str, shown: str) -> tuple[str, Any, str, bool]:
    """Which network it is: its name, what it stands for, why, and whether there are others."""
    ours = {reading.module.__name__, *IMPORTED}
    classes = {n: v for n, v in names.items() if isinstance(v, type) and issubclass(v, nn.Module)
               and v.__module__ in ours}
    pieces = (*reading.pieces, *reading.beside)
    inner = {name for p in pieces if isinstance(p.node, ast.ClassDef) for name in used(p.node) - {p.node.name}}
    free = [n for n in classes if n not in inner] or list(classes)
    numbered = {n: re.fullmatch(r"(.*?)_?(\d+)", n) for n in free}
    net, name, why = names.get(NAME), "", ""
    if asked:
        return asked, part_of(types.SimpleNamespace(**names), asked, shown), "it was asked for", len(free) > 1
    if "network" in names and not isinstance(names["network"], types.ModuleType):
        return "network", names["network"], "the file says so: network = …", len(free) > 1
    if net is not None and not (callable(net) or isinstance(net, nn.Module)):
        raise Refused(f"{NAME} in {line(shown)} is a {type(net).__name__}; let it be a class or a function")
    if net is not None and not isinstance(net, type):
        name, why = NAME, f"it is called {NAME}"
    elif len(free) == 1:
        name, why = free[0], "it is the only one" if len(classes) == 1 else "it is the only one that no other uses"
    elif free and all(numbered.values()) and len({m[1] for m in numbered.values()}) == 1:
        name = max(free, key=lambda n: int(numbered[n][2]))
        why = f"it is the last of {', '.join(free)}"
    elif (last := trained(reading.pieces, free)):
        name, why = last, f"it is the one that is trained, of {', '.join(free)}"
    elif NAME in free:
        name, why = NAME, f"it is called {NAME}; there are {', '.join(free)}"
    elif free:
        raise Refused(f"{line(shown)} has no {NAME}; there are {line(', '.join(free[:5]))}: name one, "
                      f"{line(shown)}:{line(free[0])}, or write network = {line(free[0])} below it")
    elif values := [n for n, v in names.items() if isinstance(v, nn.Module)]:
        name, why = values[-1], f"it is the last of {', '.join(values)}"
    else:
        first = next(iter(reading.left), "")
        raise Refused(f"{line(shown)} has no {NAME}; call your network class {NAME}"
                      + (f"; not executed: {first}" if first else ""))
    return name, names[name], why, len(free) > 1 and name != NAME


def maker(value: Any, name: str, reading: Execution, names: dict) -> tuple[Callable, str]:
    """What builds the network anew; with the arguments that the file builds it with where it needs some."""
    if isinstance(value, nn.Module):  # the file is executed again, for other random weights
        return lambda: part_of(types.SimpleNamespace(**reading.run()), name, name), ""
    if not isinstance(value, type) or not issubclass(value, nn.Module):
        return value, ""
    try:
        inspect.signature(value).bind()
    except ValueError:
        return value, ""
    except TypeError:
        for call in reversed(calls_of(reading.pieces, name)):
            given = ast.unparse(call)[len(name):]
            with torch.random.fork_rng([]):
                try:
                    args, named = eval(f"(lambda *a, **k: (a, k)){given}", names)
                    inspect.signature(value).bind(*args, **named)
                except Exception:
                    continue
            return partial(value, *args, **named), line(given, 60)
    return value, ""
