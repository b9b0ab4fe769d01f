"""A folder's files that this command wrote, with their checksums: nothing else there is changed or removed."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ...files import read_bytes, read_json, write_atomically

NAME = "written.json"


class Ledger:
    """``OUT/written.json`` lists a file before it is written; what it does not list is somebody else's."""

    def __init__(self, folder: Path):
        self.folder, self.known = folder, {}
        file = folder / NAME
        if os.path.lexists(file):
            found = read_json(file)
            if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
                raise ValueError(f"{file} is not the list that grade keeps; name another folder with --out")
            self.known = found

    def check(self, names) -> None:
        """Raises ``ValueError`` where a file of these names is somebody else's, or was changed since."""
        for name in names:
            if os.path.lexists(self.folder / name) and not self.own(name):
                raise ValueError(f"{self.folder / name} is not as grade wrote it: move it, or name another folder "
                                 "with --out")

    def own(self, name: str) -> bool:
        """Whether the file is there, a plain one in a plain folder, as this command wrote it."""
        file = self.folder / name
        if file.is_symlink() or (file.parent != self.folder and file.parent.is_symlink()) or not file.is_file():
            return False
        return _checksum(read_bytes(file)) in self.known.get(name, "").split()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, unless somebody else's is there: then ``ValueError``."""
        file, new = self.folder / name, _checksum(content)
        self.check([name])
        if file.parent.is_symlink() and file.parent != self.folder:
            raise ValueError(f"{file.parent} is a link: name another folder with --out")
        old = self.known.get(name, "").split()
        if file.is_file() and new in old:
            return
        self.known[name] = " ".join([*old[-1:], new])
        write_atomically(self.folder / NAME, (json.dumps(self.known, indent=1, sort_keys=True) + "\n").encode())
        write_atomically(file, content)

    def remove_others(self, names) -> None:
        """Remove what an earlier run wrote under other names than these, where it is still as it was written."""
        for name in sorted(set(self.known) - set(names)):
            if ".." not in Path(name).parts and not os.path.isabs(name) and self.own(name):
                (self.folder / name).unlink()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
