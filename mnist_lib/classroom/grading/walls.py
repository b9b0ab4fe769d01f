"""The command that shuts a process in: bubblewrap, with a list of what is there, and nothing else.

There are Python, the installed packages and this library, read-only; a work folder of limited size in memory; no home,
no network, no other process, no capability. A filter of system calls keeps memory from being hidden and namespaces
from being made. :func:`walls_up` asks a process of ours, shut in the same way, what it can see.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import platform
import shutil
import site
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...data import data_folders

WORK, LIBRARY = "/submission", "/library"
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")
STRANGER = 100_000  # the user that a submission becomes where the grader is root; plus a number of its own
DATA_SETS = "/usr/share/datasets"  # where a system keeps images with their labels
SYS_ADMIN = 21
NUMBERS = itertools.count()
IN_DOCKER = ("--cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined "
             "--security-opt apparmor=unconfined")
HOW = ("install bubblewrap (Debian, Ubuntu: apt install bubblewrap), or use the container of tools/grading/Dockerfile; "
       f"a container is started with {IN_DOCKER}; --trust runs submissions without walls")
# No memory without a name or a limit, no namespaces, mounts, keys, or handles past the folders: numbers by processor.
FILTERED = {
    "x86_64": (0xC000003E, (319, 447, 29, 272, 308, 155, 165, 166, 428, 429, 430, 431, 432, 433, 442, 248, 249, 250,
                            303, 304, 321, 323, 298, 425, 426, 427, 101, 310, 311, 438), 56, 435),
    "aarch64": (0xC00000B7, (279, 447, 194, 97, 268, 41, 40, 39, 428, 429, 430, 431, 432, 433, 442, 217, 218, 219,
                             264, 265, 280, 282, 241, 425, 426, 427, 117, 270, 271, 438), 220, 435)}


class NoWalls(ValueError):
    """This machine can't shut a submission in; the message says what to do."""


def command(arguments: Sequence[str], size: int, hidden: Sequence[str], given: dict[str, int],
            filter_fd: int, result_fd: int) -> tuple[list[str], dict]:
    """The command line that runs Python with ``arguments`` shut in, and what ``Popen`` needs with it.

    ``size`` bytes can be written; ``given`` are files of the work folder, a descriptor for each.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise NoWalls(f"bubblewrap is not installed: {HOW}")
    root, more = os.geteuid() == 0, {"env": {"PATH": os.environ.get("PATH", "")}}  # bubblewrap's own can be read inside
    stranger = STRANGER + (os.getpid() % 500) * 100 + next(NUMBERS) % 100
    line = [program, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--new-session", "--hostname", "submission", "--cap-drop", "ALL"]
    if root and _capable():  # no user namespace is needed; inside, the process becomes the stranger
        line += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        line += ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
        if root:
            more |= {"user": stranger, "group": stranger, "extra_groups": []}
            stranger = 0
    line += ["--clearenv"]
    for name, value in _environment(result_fd, stranger if root else 0).items():
        line += ["--setenv", name, value]
    places = [place for place in (*SYSTEM, *_pythons()) if os.path.exists(place)]
    for parent in sorted({str(each) for place in (*places, f"{LIBRARY}/x") for each in list(Path(place).parents)[:-1]}):
        if not any(parent == each or parent.startswith(each.rstrip("/") + "/") for each in places):
            line += ["--perms", "0755", "--dir", parent]
    for place in places:
        line += ["--symlink", os.readlink(place), place] if os.path.islink(place) and place in SYSTEM else [
            "--ro-bind", place, place]
    covered = [each for each in (*hidden, *data_folders(), DATA_SETS) if os.path.isdir(each)]
    for folder in sorted(set(map(os.path.realpath, covered))):
        if any(folder == each or folder.startswith(each.rstrip("/") + "/") for each in places):
            line += ["--size", "4096", "--tmpfs", folder]
    line += ["--ro-bind", str(Path(__file__).resolve().parents[2]), f"{LIBRARY}/mnist_lib", "--proc", "/proc",
             "--dev", "/dev", "--perms", "1777", "--size", str(2**26), "--tmpfs", "/dev/shm", "--perms", "1777",
             "--size", str(size), "--tmpfs", WORK]
    line += [] if any(place.startswith("/tmp/") for place in places) else ["--symlink", WORK, "/tmp"]
    for name, descriptor in given.items():
        line += ["--perms", "0444", "--ro-bind-data", str(descriptor), f"{WORK}/{name}"]
    line += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK, "--seccomp", str(filter_fd), "--",
             sys.executable, *arguments]
    return line, more


def _environment(result_fd: int, stranger: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join([LIBRARY, *_pythons()[2:]]), "PYTHONDONTWRITEBYTECODE": "1", "HOME": WORK,
        "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TMPDIR": WORK, "MPLCONFIGDIR": WORK,
        "PYTHONUNBUFFERED": "1", "PYTHONNOUSERSITE": "1", "RESULT_FD": str(result_fd), "STRANGER": str(stranger)}


def _pythons() -> list[str]:
    """Where Python and what is installed for it lie."""
    folders = [sys.prefix, sys.base_prefix, *site.getsitepackages(), site.getusersitepackages()]
    links = os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)
    here = Path(__file__).resolve().parents[3]
    return [f for f in dict.fromkeys([*folders, *links]) if os.path.isdir(f) and Path(f) not in (here, *here.parents)]


def _capable() -> bool:
    status = Path("/proc/self/status").read_text()
    return bool(int(status.partition("CapEff:")[2].split()[0], 16) >> SYS_ADMIN & 1)


def filtered() -> bytes:
    """The filter as a program for the kernel: these calls fail, and so does every call of another processor's."""
    if platform.machine() not in FILTERED:
        raise NoWalls(f"no filter of system calls is known for {platform.machine()}: {HOW}")
    arch, calls, clone, clone3 = FILTERED[platform.machine()]
    load, equal, above, bits, end = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, deny, missing = 0x7FFF0000, 0x00050001, 0x00050026
    rows = [(load, 0, 0, 4), (equal, 1, 0, arch), (end, 0, 0, deny), (load, 0, 0, 0), (above, 0, 1, 0x40000000),
            (end, 0, 0, deny)]
    for number in calls:
        rows += [(equal, 0, 1, number), (end, 0, 0, deny)]
    rows += [(equal, 0, 1, clone3), (end, 0, 0, missing), (equal, 0, 3, clone), (load, 0, 0, 16),
             (bits, 0, 1, 0x7E020000), (end, 0, 0, deny), (end, 0, 0, allow)]
    return b"".join(struct.pack("HBBI", *row) for row in rows)


def in_memory(content: bytes) -> int:
    """A descriptor from which this content is read, once; nothing of it lies in a folder."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


PROBE = """
import json, os, socket, sys
if int(os.environ["STRANGER"]):
    n = int(os.environ["STRANGER"]); os.setgroups([]); os.setresgid(n, n, n); os.setresuid(n, n, n)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def writes(place):
    try:
        open(place + "/x", "w").close(); return True
    except OSError:
        return False
print(json.dumps({"root": sorted(os.listdir("/")),
    "capabilities": int(status["CapEff"], 16) + int(status["CapPrm"], 16),
    "privileges": status["NoNewPrivs"].strip(), "filter": status["Seccomp"].strip(), "user": os.geteuid(),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "network": [name for _, name in socket.if_nameindex()], "writes": [p for p in sys.argv[1:] if writes(p)]}))
"""


@functools.lru_cache(maxsize=1)
def walls_up() -> tuple[str, ...]:
    """The walls that are up, as a process of ours found them; :class:`NoWalls` where one is missing."""
    fds = [in_memory(filtered())]
    try:
        line, more = command(["-I", "-c", PROBE, "/", "/usr", "/dev", "/library"], 2**20, [], {}, fds[0], 1)
        done = subprocess.run(line, pass_fds=fds, capture_output=True, text=True, timeout=60, cwd="/", **more)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoWalls(f"bubblewrap could not be started ({error}): {HOW}") from error
    finally:
        for each in fds:
            os.close(each)
    if done.returncode:
        raise NoWalls(f"bubblewrap can't run here ({' '.join(done.stderr.split())[-200:]}): {HOW}")
    found = json.loads(done.stdout)
    known = {Path(place).parts[1] for place in (*SYSTEM, *_pythons())} | {"submission", "library", "proc", "dev", "tmp"}
    held = {"only what is listed can be seen": set(found["root"]) <= known,
            "no capability": not found["capabilities"] and found["privileges"] == "1" and found["user"] != 0,
            "a filter of system calls": found["filter"] == "2", "no network": set(found["network"]) <= {"lo"},
            "no other process": found["processes"] <= 3, "read-only": not found["writes"]}
    if missing := [name for name, up in held.items() if not up]:
        raise NoWalls(f"these walls are not up: {', '.join(missing)}; {HOW}")
    return tuple(held)
