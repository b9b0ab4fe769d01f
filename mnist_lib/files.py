"""Files that are written whole or not at all, and JSON that is read with distrust. No torch.

A write goes to a ``.partial`` file beside its target and is moved into place. The name of the
partial file tells the machine and the process it belongs to, so that the next writer of the same
file can take away what a killed one has left. What is no regular file is never replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

KINDS = {stat.S_IFDIR: "a folder", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFIFO: "a pipe",
         stat.S_IFSOCK: "a socket"}
LARGEST = 4_000_000  # bytes of a record or a log; the book's are under 20,000


def write_atomically(target: Path | str, content: bytes, check: Callable[[Path], None] = lambda partial: None) -> None:
    """Write a file so that a reader, or a second writer, never sees half of it; links are followed.

    ``check(partial)`` may raise while the content is not yet in place. Raises ``ValueError`` where
    something other than a file stands there, and ``OSError`` with the path and what to do.
    """
    target = destination(target)
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=partial_mark(target) + f"{os.getpid()}-",
                                        suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # or a power cut could leave an empty file under the new name
            check(Path(name))
            os.chmod(name, 0o644)
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def destination(target: Path | str) -> Path:
    """Where a write to ``target`` goes, links followed; ``ValueError`` where something else than a file stands."""
    real = Path(os.path.realpath(target))
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if kind := KINDS.get(stat.S_IFMT(os.stat(real).st_mode)):
            raise ValueError(f"{target} is {kind}, which is not replaced; name a file, such as "
                             f"{Path(target) / 'out.json' if real.is_dir() else Path(target).parent / 'out.json'}")
    return real


def ready_to_write(target: Path | str, room: int = 0) -> None:
    """Raise ``OSError`` or ``ValueError``, with the path and the next step, where a file cannot be written.

    Asked before the work starts, so that it is not lost at its end. ``room`` are the bytes needed.
    """
    target = destination(target)
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=partial_mark(target) + f"{os.getpid()}-",
                                         suffix=".partial") as file:
            file.write(bytes(4096))
            file.flush()
        free = shutil.disk_usage(target.parent).free
    if free < room:
        raise OSError(f"{target.parent} has {free / 1e6:,.1f} MB free and {room / 1e6:,.1f} MB are needed; "
                      "make room there, or write elsewhere")


@contextlib.contextmanager
def _told(target: Path):
    """An error of the file system becomes a line that names the target and what to do."""
    try:
        yield
    except OSError as error:
        raise type(error)(error.errno, f"{target} cannot be written: {error.strerror or error}; make room or get the "
                          "right to write there, or write elsewhere") from error


def partial_mark(target: Path) -> str:
    """How the names of this machine's partial files of a target begin."""
    machine = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return f"{target.name}.{zlib.crc32(machine.encode()):08x}-"


def _clear_leftovers(target: Path) -> None:
    """Remove this machine's partial files of a target whose processes are gone."""
    if os.name != "posix":  # elsewhere a process cannot be asked for without ending it
        return
    begin = partial_mark(target)
    for name in os.listdir(target.parent):
        if name.startswith(begin) and name.endswith(".partial"):
            process = name[len(begin):].partition("-")[0]
            if process.isdigit() and not _alive(int(process)):
                (target.parent / name).unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def read_bytes(file: Path | str, largest: int = 1_000_000_000) -> bytes:
    """The content of a regular file; ``ValueError`` for a pipe, which would block, or a device, which has no end."""
    found = os.stat(file)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"it is {KINDS.get(stat.S_IFMT(found.st_mode), 'no file')}")
    if found.st_size > largest:
        raise ValueError(f"it has {found.st_size:,} bytes; {largest:,} are the most that are read")
    return Path(file).read_bytes()


def read_json(file: Path | str, largest: int = LARGEST):
    """The content of a JSON file; ``ValueError`` says what is wrong with it, without its name.

    Not read: what is no regular file or too large, what is nested out of all measure, an object that
    has a key twice, and numbers that are none.
    """
    try:
        return json.loads(read_bytes(file, largest).decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _once(pairs: list) -> dict:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands in it twice")
    return data


def _no_number(text: str):
    raise ValueError(f"{text} is no number")
