"""Read a network by its name: which one it is and why, how to build it anew, what of its file was not executed."""

from __future__ import annotations

import ast
import atexit
import copy
import importlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from torch import nn

from .errors import NAMES, Refused, line, where
from .execution import IMPORTED, Execution
from .source import KINDS, Piece, cells, packed, parsed, unpacked
from .which import chosen, main_file, maker, part_of


@dataclass(frozen=True)
class Found:
    """A network: ``make`` builds it anew, ``value`` is what the name stands for, ``why`` this one was taken.

    ``left_out`` are the statements that were not executed, ``stood_in`` packages that are not installed.
    ``others`` says that there is another network in the file, ``names`` are all that the file gives a value.
    """

    name: str
    value: Any
    make: Callable[[], Any]
    why: str = "it was asked for"
    source: str = ""
    left_out: tuple[str, ...] = ()
    stood_in: tuple[str, ...] = ()
    others: bool = False
    names: Mapping[str, Any] = field(default_factory=dict)
    of_the_book: bool = False


def read(place: str, asked: str = "", shown: str = "") -> Found:
    """The network of a name; ``shown`` is what messages call its file.

    ``six-models/steplr``, ``package.module:function``, ``my_net.py``, ``my_net.ipynb:Model_3``, ``folder/``,
    ``my.zip``; with plain arguments, ``my_net.py:Net(drop=0.1)``. Raises :class:`Refused` with what to do next.
    """
    arguments = None
    if not os.path.lexists(place) and (parts := re.fullmatch(r"(.+?)(?::([^\W\d][\w.]*))?(\(.*\))?", place, re.DOTALL)):
        place, asked, arguments = parts[1], parts[2] or asked, _arguments(parts[3], place)
    path = Path(place)
    if path.suffix in (*KINDS, ".zip") or path.is_dir():
        found = _of_files(path, asked, shown or path.name)
    elif asked:
        found = _of_module(place, asked)
    else:
        return _of_the_book(place)
    if arguments is None:
        return found
    args, named = arguments
    return replace(found, make=lambda: found.value(*args, **named), name=found.name + parts[3])


def _arguments(text: str | None, place: str):
    if text is None:
        return None
    try:
        call = ast.parse(f"f{text}", mode="eval").body
        return ([ast.literal_eval(each) for each in call.args],
                {each.arg: ast.literal_eval(each.value) for each in call.keywords})
    except (SyntaxError, ValueError, AttributeError, TypeError):
        raise Refused(f"{place}: only plain values can be given, as {place.partition('(')[0]}(10, drop=0.1)") from None


def build(found: Found) -> Any:
    """A new network with weights of its own; :class:`Refused` says why there is none."""
    name = found.name
    if not callable(found.value) and not isinstance(found.value, (nn.Module, list, tuple)):
        raise Refused(f"{name} is a {type(found.value).__name__}, neither a network nor something that builds one")
    try:
        network = found.make()
    except TypeError as error:
        raise Refused(f"{name} cannot be built without arguments ({where(error)}): give the arguments that it needs, "
                      f'as "{name.partition("(")[0]}(10, drop=0.1)", or give each argument a default value') from error
    except (Exception, SystemExit) as error:
        lost = next((f"; not executed: {each}" for each in found.left_out
                     if isinstance(error, NameError) and str(error.name) in each), "")
        raise Refused(f"{name} cannot be built: {where(error)}{lost}") from error
    return network


def _of_the_book(name: str) -> Found:
    from ..experiments import all_experiments
    from ..networks import ARCHITECTURES
    from ..networks import build as built

    names = {**ARCHITECTURES, **{name: step.architecture for name, step in all_experiments().items()}}
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.7)
        raise Refused(f"there is no network {line(name)!r}: {f'did you mean {near[0]}? Or ' if near else ''}write "
                      "path/step (python -m mnist_lib list), package.module:function, or file.py:Class")
    return Found(name, lambda: built(names[name]), lambda: built(names[name]), "it is the book's",
                 names={"input_size": names[name].input_size}, of_the_book=True)


def _of_module(place: str, asked: str) -> Found:
    try:
        if place.partition(".")[0] == "torchvision":
            from ..data import import_torchvision

            import_torchvision()
        module = importlib.import_module(place)
    except (Exception, SystemExit) as error:
        raise Refused(f"cannot import {place}: {line(error)}") from error
    value = part_of(module, asked, place)
    return Found(f"{place}:{asked}", value, value if callable(value) and not isinstance(value, nn.Module) else
                 lambda: copy.deepcopy(value))


def _of_files(path: Path, asked: str, shown: str) -> Found:
    """The network of a file, with the files beside it to import; of a folder, or of a zip, the one to begin with."""
    if not path.exists():
        raise Refused(f"there is no file {line(path)}; python -m mnist_lib challenge --template {line(path)} "
                      "writes one to fill in")
    if not path.is_dir() and path.suffix != ".zip":
        return _of_file(path, asked, shown, path.resolve().parent, None)
    files = unpacked(packed(path) if path.is_dir() else path.read_bytes())
    folder = Path(tempfile.mkdtemp(prefix="mnist-network-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return _of_file(folder / main_file(files, shown, asked), asked, shown, folder, files)


def _of_file(path: Path, asked: str, shown: str, folder: Path, files: Mapping[str, bytes] | None) -> Found:
    content = path.read_bytes()
    called = shown if files is None else f"{shown}/{path.name}"
    text = cells(called, content, path.suffix)
    NAMES.update({str(path.resolve()): called} | ({} if files is None else {f"{folder.resolve()}/": f"{shown}/"}))
    if path.suffix == ".py":
        given = [(str(path.resolve()), text[0][1])]
    else:
        given = text
        NAMES.update({name: name for name, _ in given})
    pieces, broken = parsed(given)
    source = "".join(code for _, code in text)
    beside = {n: p for n, p in _beside(folder, files).items() if re.search(rf"\b{re.escape(n)}\b", source)}
    others = [piece for each in beside.values() for piece in each]
    reading = Execution(path, pieces, others, broken, folder, dict(given))
    names = reading.run()
    name, value, why, more = chosen(names, reading, asked, called)
    make, arguments = maker(value, name, reading, names)
    came = sorted(IMPORTED & set(sys.modules) - {reading.module.__name__})
    source += "".join(Path(sys.modules[module].__file__).read_text("utf-8") for module in came)
    return Found(f"{called}:{name}{arguments}", value, make, why, source, tuple(reading.left),
                 tuple(sorted(reading.stood)), more, names)


def _beside(folder: Path, files: Mapping[str, bytes] | None) -> dict[str, list[Piece]]:
    """The statements of the files that can be imported from beside a network, by their names."""
    found = {}
    for file in (folder.glob("*.py") if files is None else (folder / n for n in files if n.endswith(".py"))):
        try:
            found[file.stem] = parsed(cells(file.name, file.read_bytes()))[0]
        except (Refused, OSError):
            continue
    return found
