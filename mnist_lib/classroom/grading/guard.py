"""What a submission may not do, told to its author in words: Python's audit events, refused where a rule is broken.

A second wall behind the system's own (``enclosure.py``), and the one that says what happened. Code in C gets
round it. What was refused is in ``Guard.refused``, in order.
"""

from __future__ import annotations

import os
import sys

STARTS = ("os.fork", "os.forkpty", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen",
          "pty.spawn")
TALKS = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link", "os.symlink",
           "os.truncate", "shutil.rmtree", "shutil.move")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DATA = ("t10k-", "train-images", "train-labels")
MOST = 20  # refusals that are kept


class Guard:
    """Listens from now on, for the rest of the process."""

    def __init__(self, work: str):
        self.work = os.path.realpath(work)
        self.refused: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple) -> None:
        if event == "open":
            self._opened(*arguments[:3])
        elif event in STARTS:
            self._refuse("starts another process")
        elif event in TALKS:
            self._refuse("uses the network")
        elif event in CHANGES and not self._inside(arguments[0]):
            self._refuse(f"changes {_shown(arguments[0])}, outside its folder")

    def _opened(self, path, mode, flags) -> None:
        if isinstance(path, int):
            return
        name = os.path.basename(_shown(path))
        if name.startswith("t10k-"):
            self._refuse(f"opens the test set ({name})")
        if name.startswith(DATA):
            self._refuse(f"opens the data's own files ({name})")
        writes = any(c in mode for c in "wax+") if isinstance(mode, str) else bool((flags or 0) & WRITES)
        if writes and not self._inside(path) and _shown(path) != os.devnull:
            self._refuse(f"writes {_shown(path)}, outside its folder")

    def _inside(self, path) -> bool:
        try:
            path = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return isinstance(path, int)
        return path == self.work or path.startswith(self.work + os.sep)

    def _refuse(self, what: str) -> None:
        if len(self.refused) < MOST and what not in self.refused:
            self.refused.append(what)
        raise PermissionError(f"not allowed here: it {what}")


def _shown(path) -> str:
    try:
        return os.fsdecode(path)
    except (TypeError, ValueError):
        return repr(path)
