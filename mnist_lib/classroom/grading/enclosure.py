"""Shut a process in before somebody else's code runs in it: what Linux allows, from inside, without torch.

Namespaces take away the network, other processes and every file system but the work folder's, which is
writable; the rest is read-only, and the folders in ``hidden`` are empty. Limits hold memory, processes,
file sizes and time. :func:`enclose` returns what is in force, since not every system allows everything.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
RDONLY, AT_RECURSIVE, AT_FDCWD, MOUNT_SETATTR = 1, 0x8000, -100, 442
PDEATHSIG, KEEPCAPS, SUBREAPER, NO_NEW_PRIVS = 1, 8, 36, 38
DAC_READ_SEARCH = 1 << 2  # reads files of any owner; writes nothing
STRANGER = 100_000  # the user that a submission becomes where the grader is root; plus a number of its own

FILES, NETWORK, PROCESSES, USER = "files read-only", "no network", "own process space", "own user"
WALLS = (FILES, NETWORK, PROCESSES)


def enclose(work: Path, hidden: list[str], memory: int, processes: int, file_size: int, seconds: int) -> list[str]:
    """Shut this process in and go on in a child of it; returns what is in force. Only the child comes back.

    Sizes are bytes. The parents wait, hand the child's exit status on, and end what it leaves behind.
    """
    in_force: list[str] = []
    _prctl(PDEATHSIG, signal.SIGKILL)
    _prctl(SUBREAPER, 1)
    root = os.geteuid() == 0
    stranger = STRANGER + os.getpid() % 50_000 if root else None
    if root:
        with contextlib.suppress(OSError):
            _give(work, stranger)
    if _unshare(root):
        in_force += [NETWORK, PROCESSES]
        if _read_only_but(work, hidden):
            in_force.append(FILES)
    _go_on_in_a_child()
    if PROCESSES in in_force:
        with contextlib.suppress(OSError):
            _mount("proc", "/proc", "proc")
        _go_on_in_a_child()  # the first process of the new space only waits
    for what, value in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_FSIZE, file_size),
                        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 512), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (value, value))
    if root and _become(stranger):
        in_force.append(USER)
    elif not root:
        _drop(0)
    if USER not in in_force and PROCESSES not in in_force:  # counted with the teacher's own, threads too
        processes += _tasks_of(os.geteuid())
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    _prctl(NO_NEW_PRIVS, 1)
    os.environ.update(HOME=str(work), TMPDIR=str(work))
    return in_force


def _unshare(root: bool) -> bool:
    """Leave the system's namespaces, as root or as the root of a user namespace of one's own."""
    user, group = os.geteuid(), os.getegid()
    apart = NEWNS | NEWIPC | NEWPID | NEWNET
    if root and _call("unshare", apart):
        return True
    if not _call("unshare", apart | NEWUSER):
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
    try:
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        pass
    return True


def _read_only_but(work: Path, hidden: list[str]) -> bool:
    """Make every file system read-only except the work folder; empty the hidden folders."""
    try:
        _mount(None, "/", None, MS_REC | MS_PRIVATE)
        here = os.open(work, os.O_PATH | os.O_DIRECTORY)
        for folder in hidden:
            if os.path.isdir(folder):
                _mount("tmpfs", folder, "tmpfs", data="size=1m,mode=755")
        os.makedirs(work, exist_ok=True)
        _mount(f"/proc/self/fd/{here}", str(work), None, MS_BIND)
        os.close(here)
        _set_read_only("/", True, AT_RECURSIVE)
        _set_read_only(str(work), False, 0)
        os.chdir(work)
    except OSError:
        return False
    return True


def _set_read_only(path: str, value: bool, flags: int) -> None:
    attributes = (ctypes.c_uint64 * 4)(RDONLY if value else 0, 0 if value else RDONLY, 0, 0)
    if ctypes.CDLL(None, use_errno=True).syscall(MOUNT_SETATTR, AT_FDCWD, path.encode(), flags,
                                                 ctypes.byref(attributes), ctypes.sizeof(attributes)):
        raise OSError(ctypes.get_errno(), "mount_setattr", path)


def _mount(source: str | None, target: str, kind: str | None, flags: int = 0, data: str = "") -> None:
    coded = [None if word is None else word.encode() for word in (source, target, kind)]
    if ctypes.CDLL(None, use_errno=True).mount(*coded, flags, data.encode() or None):
        raise OSError(ctypes.get_errno(), "mount", target)


def _go_on_in_a_child() -> None:
    """Fork; only the child returns. The parent waits for it, ends all that is left, and exits as it did."""
    child = os.fork()
    if child == 0:
        _prctl(PDEATHSIG, signal.SIGKILL)
        return
    while True:
        ended, status = os.wait()
        if ended == child:
            break
    if os.getpid() != 1:  # the end of a space's first process ends all others in it
        end_descendants(os.getpid())
    if os.WIFSIGNALED(status):
        os._exit(128 + os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def end_descendants(process: int) -> None:
    """Kill all processes below one, until there are none."""
    for _ in range(100):
        below = descendants(process)
        if not below:
            return
        for each in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


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


def _tasks_of(user: int) -> int:
    """How many processes and threads a user has, as ``/proc`` tells; where there is none, more than any."""
    count = 0 if os.path.exists("/proc/self/status") else 100_000
    for file in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, KeyError, ValueError):
            told = dict(line.split(":", 1) for line in file.read_text(errors="replace").splitlines())
            count += int(told["Threads"]) * (int(told["Uid"].split()[0]) == user)
    return count


def _become(user: int) -> bool:
    """Another user, who may read what root may, and write nothing of root's."""
    _prctl(KEEPCAPS, 1)
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        return False
    _drop(DAC_READ_SEARCH)
    return True


def _drop(keep: int) -> None:
    """Give up all capabilities but those in ``keep``."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    ctypes.CDLL(None).capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)(keep, keep, 0, 0, 0, 0)))


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _call(name: str, *arguments: int) -> bool:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
    return function is not None and function(*arguments) == 0


def _prctl(what: int, value: int) -> None:
    _call("prctl", what, int(value), 0, 0, 0)
