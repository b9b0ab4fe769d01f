"""The Python code in a file, a notebook, a folder or a zip, as statements that know their place."""

from __future__ import annotations

import ast
import io
import json
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .errors import NAMES, Refused, line

KINDS, LARGEST, MOST = (".py", ".ipynb"), 8_000_000, 200  # bytes of all code, and files
MAGIC = re.compile(r"(\s*)(\w[\w, ]*=\s*)?(%{1,2}[A-Za-z]|!|\?)|(\s*)[\w.]+\?{1,2}\s*$")


@dataclass(frozen=True)
class Piece:
    """A statement; ``file`` is where Python says that it comes from."""

    node: ast.stmt
    file: str


def cells(name: str, content: bytes, kind: str = "") -> list[tuple[str, str]]:
    """The code of a file or of each code cell of a notebook, with what it is called; :class:`Refused` if it is none."""
    try:
        text = content.decode("utf-8-sig")
        if not (kind or name).endswith(".ipynb"):
            return [(name, text)]
        found = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    except UnicodeDecodeError as error:
        raise Refused(f"{line(name)} is not text (UTF-8); hand in Python code") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(f"{line(name)} is not a notebook that can be read; save it again") from error
    return [(f"{name}, cell {number}", plain(cell)) for number, cell in enumerate(found, 1)]


def plain(cell: str) -> str:
    """A cell without the lines of the shell and the magics of a notebook; its other lines keep their numbers."""
    rows = cell.splitlines()
    first = next((row for row in rows if row.strip()), "")
    if first.startswith("%%") and not first.startswith(("%%time", "%%capture", "%%prun")):
        return "\n"
    for number, row in enumerate(rows):
        if (found := MAGIC.match(row)) and _begins("\n".join(rows[:number]), found[1] or found[4] or ""):
            rows[number] = (found[1] or found[4] or "") + "pass"
    return "\n".join(rows) + "\n"


def _begins(before: str, indent: str) -> bool:
    """Whether a statement can begin here: not within brackets, a string, or an expression."""
    try:
        ast.parse(f"{before}\n{indent}pass\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not before.rstrip(" ").endswith("\\")


def parsed(given: list[tuple[str, str]]) -> tuple[list[Piece], list[str]]:
    """The statements, and what of a notebook is no Python; of a file that is an error."""
    pieces, broken = [], []
    for file, text in given:
        try:
            pieces += [Piece(node, file) for node in ast.parse(text, file).body]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = f" in line {error.lineno}" if getattr(error, "lineno", None) else ""
            broken.append(f"{line(NAMES.get(file, file))} cannot be loaded: it is not Python{at} "
                          f"({line(getattr(error, 'msg', error))})")
    if broken and not pieces:
        raise Refused(broken[0])
    return pieces, broken


def unpacked(content: bytes) -> dict[str, bytes]:
    """The code files of a zip by their paths; :class:`Refused` where it is none, or larger than code is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [each for each in archive.infolist() if _is_code(each.filename) and not each.is_dir()]
            if len(wanted) > MOST or sum(each.file_size for each in wanted) > LARGEST:
                raise Refused(f"the zip has {len(wanted)} files of code, {sum(e.file_size for e in wanted):,} bytes; "
                              f"{MOST} and {LARGEST:,} are the most: hand in the code of your network")
            found = {each.filename: archive.open(each).read(LARGEST) for each in wanted}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise error if isinstance(error, Refused) else Refused(
            f"it is no zip that can be read ({line(error)}); zip the folder again") from error
    while found and len(tops := {name.partition("/")[0] for name in found}) == 1 and all("/" in n for n in found):
        found = {name[len(next(iter(tops))) + 1:]: content for name, content in found.items()}
    return found


def packed(folder: Path) -> bytes:
    """The code files of a folder as a zip that is the same for the same files; links and all else stay behind."""
    buffer, total = io.BytesIO(), 0
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if not _is_code(name) or not stat.S_ISREG(file.lstat().st_mode) or any(
                    each.is_symlink() for each in file.parents if folder in each.parents):
                continue
            total += file.stat().st_size
            if total > LARGEST or len(archive.filelist) >= MOST:
                raise Refused(f"the folder has more than {MOST} files or {LARGEST:,} bytes of code; hand in that of "
                              "your network")
            archive.writestr(zipfile.ZipInfo(name), file.read_bytes())
    return buffer.getvalue()


def _is_code(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.endswith(KINDS) and not any(part in ("", "..") or part.startswith((".", "__MAC")) for part in parts)


def code_of(name: str, content: bytes) -> str:
    """All code of a submission as one text; what can't be read is left out."""
    try:
        files = unpacked(content) if name.endswith(".zip") else {name: content}
        return "\n".join(text for file, each in sorted(files.items()) for _, text in cells(file, each))
    except Refused:
        return ""
