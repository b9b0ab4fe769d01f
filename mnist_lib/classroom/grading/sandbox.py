"""Run one submission in a process of its own and bring back what it left, whatever it does.

The process is watched from outside: its time, its output, how many processes it has and how much it has written.
At the end nothing of it runs any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from . import walls

MEGA = 2**20
LONGEST_FILE = 32 * MEGA  # of a result
HEAD = struct.Struct(">QQQ")  # how long result, predictions and weights are
KEPT = 2_000  # characters of what was printed
PRINTED = 5 * MEGA  # more ends the process
LOOK = 0.2  # seconds between two looks
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")  # of batch normalization: not learnt
RUNNING: set[subprocess.Popen] = set()


@dataclass(frozen=True)
class Limits:
    """For one training: seconds, bytes of memory, processes with their threads, bytes of one written file."""

    seconds: int = 3_600
    memory: int = 4_096 * MEGA
    processes: int = 32
    file_size: int = 128 * MEGA

    def __post_init__(self):
        for name, value in asdict(self).items():
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"the limit on {name.replace('_', ' ')} is a whole number from 1 on, not {value!r}")


@dataclass(frozen=True)
class Left:
    """What a process left: ``ended`` says in words why it ended, empty if by itself and well."""

    ended: str
    result: dict
    predictions: bytes
    weights: bytes
    printed: str
    seconds: float


def run_enclosed(task: dict, files: dict[str, bytes], limits: Limits, hidden: list[str], trust: bool = False) -> Left:
    """Run a task with files beside it; never raises for what the submission does.

    What it leaves comes through a pipe, bounded. With ``trust`` there are limits and no walls; without it
    :class:`NoWalls` comes before anything is run where a wall is missing.
    """
    if not trust:
        walls.walls_up()
    began = time.monotonic()
    files = files | {"task.json": json.dumps(task | {"limits": asdict(limits)}).encode()}
    sent, back = os.pipe()[::-1]
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, back)
        given = {name: walls.in_memory(content) for name, content in files.items()}
        held = [*given.values(), *([] if trust else [walls.in_memory(walls.filtered())]), sent]
        closing = stack.enter_context(contextlib.ExitStack())
        for each in held:
            closing.callback(os.close, each)
        inside = ["-m", "mnist_lib.classroom.grading.inside"]
        if trust:
            work = stack.enter_context(tempfile.TemporaryDirectory(prefix="mnist-grade-", ignore_cleanup_errors=True))
            for name, content in files.items():
                (Path(work) / name).write_bytes(content)
            line, more = [sys.executable, *inside], {"cwd": work, "env": os.environ | {
                "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path), "PYTHONHASHSEED": "0",
                "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "RESULT_FD": str(sent), "STRANGER": "0"}}
        else:
            line, more = walls.command(inside, 2 * limits.file_size, hidden, given, held[-2], sent)
            more |= {"cwd": "/"}
        process = subprocess.Popen(line, pass_fds=held, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True, **more)
        closing.close()
        RUNNING.add(process)
        stack.callback(RUNNING.discard, process)
        ended, printed, content = _watched(process, back, limits)
    return Left(ended, *_parts(content), printed, time.monotonic() - began)


def _watched(process: subprocess.Popen, back: int, limits: Limits) -> tuple[str, str, bytes]:
    """Wait for the process's end, or make one; returns why it ended, what it printed and what it sent."""
    got, why = {process.stdout.fileno(): bytearray(), back: bytearray()}, ""
    most = {process.stdout.fileno(): PRINTED, back: LONGEST_FILE}
    deadline, looked = time.monotonic() + limits.seconds, time.monotonic()
    try:
        with selectors.DefaultSelector() as ready:
            for each in got:
                ready.register(each, selectors.EVENT_READ)
            while not why:
                for key, _ in ready.select(LOOK):
                    part = os.read(key.fd, 65_536)
                    got[key.fd] += part
                    if not part:
                        ready.unregister(key.fd)
                    elif len(got[key.fd]) > most[key.fd]:
                        why = f"it {'sent' if key.fd == back else 'printed'} more than {most[key.fd] // MEGA} MB"
                if why:
                    break
                if time.monotonic() > deadline:
                    why = f"it took longer than {limits.seconds:,} seconds"
                elif process.poll() is not None and not ready.select(0):
                    break
                elif time.monotonic() - looked > LOOK:
                    why, looked = _excess(process.pid, limits), time.monotonic()
                if not ready.get_map():
                    time.sleep(LOOK / 4)
        printed = bytes(got[process.stdout.fileno()][:4 * KEPT]).decode("utf-8", "replace")[:KEPT]
    finally:
        _end(process)
    return why or _exit_in_words(process.returncode), printed, bytes(got[back])


def _parts(content: bytes) -> tuple[dict, bytes, bytes]:
    """Result, predictions and weights out of what was sent; empty ones where it is not whole."""
    if len(content) < HEAD.size or sum(sizes := HEAD.unpack_from(content)) != len(content) - HEAD.size:
        return {}, b"", b""
    a, b = HEAD.size + sizes[0], HEAD.size + sizes[0] + sizes[1]
    return _json(content[HEAD.size:a]), content[a:b], content[b:]


def descendants(process: int) -> list[int]:
    """The processes below one, dead ones aside, as ``/proc`` tells; empty where there is no ``/proc``."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] not in "ZX":
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, todo = [], [process]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _excess(process: int, limits: Limits) -> str:
    """Which limit the processes together are over, or nothing."""
    below = descendants(process)
    if len(below) > limits.processes + 4:
        return f"it started more than {limits.processes} processes"
    pages = 0
    for each in below:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return "it needs more memory than is allowed" if pages * os.sysconf("SC_PAGE_SIZE") > 1.5 * limits.memory else ""


def _end(process: subprocess.Popen) -> None:
    """Nothing of the process, its group and its descendants is left: its first process takes the others along."""
    for each in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(each, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    process.stdout.close()


def end_all() -> None:
    """End what still runs, where the class is stopped."""
    for process in list(RUNNING):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _exit_in_words(status: int) -> str:
    if status == 0:
        return ""
    if status < 0 or status > 128:
        number = -status if status < 0 else status - 128
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return f"its process was ended by the system ({name})"
    return f"its process ended itself with status {status}"


def _json(content: bytes) -> dict:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
