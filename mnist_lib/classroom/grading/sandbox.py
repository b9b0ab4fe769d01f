"""Run one submission in a process of its own and bring back what it left, whatever it does.

The process is watched from outside: its time, its output, how many processes it has and how much it has written.
At the end nothing of it runs any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .enclosure import descendants, end_descendants

MEGA = 2**20
LONGEST_FILE = 16 * MEGA  # of a result
KEPT = 2_000  # characters of what was printed
PRINTED = 5 * MEGA  # more ends the process
LOOK = 0.2  # seconds between two looks


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


def run_enclosed(task: dict, files: dict[str, bytes], limits: Limits, hidden: list[str]) -> Left:
    """Run a task with files beside it; never raises for what the submission does."""
    work = Path(tempfile.mkdtemp(prefix="mnist-grade-")).resolve()
    began = time.monotonic()
    try:
        for name, content in files.items():
            (work / name).write_bytes(content)
        (work / "task.json").write_text(json.dumps(task | {"hidden": hidden, "limits": asdict(limits)}))
        ended, printed = _watched(work, limits)
        return Left(ended, _json(work / "result.json"), _bytes(work / "predictions"),
                    _bytes(work / "weights.safetensors"), printed, time.monotonic() - began)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _watched(work: Path, limits: Limits) -> tuple[str, str]:
    """Start the process and wait for its end, or make one; returns why it ended and what it printed."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HOME": str(work),
                    "TMPDIR": str(work), "MPLCONFIGDIR": str(work), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_lib.classroom.grading.inside", str(work)], cwd=work, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    text, why = bytearray(), ""
    deadline, read = time.monotonic() + limits.seconds, 0
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            looked = time.monotonic()
            while not why:
                for _ in ready.select(LOOK):
                    part = os.read(process.stdout.fileno(), 65_536)
                    read += len(part)
                    text += part[:max(0, 4 * KEPT - len(text))]
                    if not part:
                        ready.unregister(process.stdout)
                if read > PRINTED:
                    why = f"it printed more than {PRINTED // MEGA} MB"
                elif time.monotonic() > deadline:
                    why = f"it took longer than {limits.seconds:,} seconds"
                elif process.poll() is not None:
                    break
                elif time.monotonic() - looked > LOOK:
                    why, looked = _excess(process.pid, work, limits), time.monotonic()
                if not ready.get_map():
                    time.sleep(LOOK / 4)
    finally:
        _end(process)
    return why or _exit_in_words(process.returncode), text.decode("utf-8", "replace")[:KEPT]


def _excess(process: int, work: Path, limits: Limits) -> str:
    """Which limit the processes together are over, or nothing."""
    below = descendants(process)
    if len(below) > limits.processes + 4:
        return f"it started more than {limits.processes} processes"
    pages = 0
    for each in below:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    if pages * os.sysconf("SC_PAGE_SIZE") > 1.5 * limits.memory:
        return "it needs more memory than is allowed"
    written = 0
    for folder, _, names in os.walk(work):
        for name in names:
            with contextlib.suppress(OSError):
                written += os.lstat(os.path.join(folder, name)).st_size
    return f"it wrote more than {2 * limits.file_size // MEGA:,} MB" if written > 2 * limits.file_size else ""


def _end(process: subprocess.Popen) -> None:
    """Nothing of the process, its group and its descendants is left."""
    for _ in range(3):
        end_descendants(process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    process.stdout.close()


def _exit_in_words(status: int) -> str:
    if status == 0:
        return ""
    if status < 0 or status > 128:
        number = -status if status < 0 else status - 128
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return f"its process was ended by the system ({name})"
    return f"its process ended itself with status {status}"


def _bytes(file: Path) -> bytes:
    """The content of a plain file that is not too large; a link, a folder or a pipe counts as nothing."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as opened:
        status = os.fstat(opened.fileno())
        return opened.read() if stat.S_ISREG(status.st_mode) and status.st_size <= LONGEST_FILE else b""


def _json(file: Path) -> dict:
    try:
        data = json.loads(_bytes(file))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
