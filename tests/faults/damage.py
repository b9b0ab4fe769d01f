"""What can happen to a file: each function leaves a file damaged, or something else in its place."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path


def contents(text: str | bytes):
    """A damage that replaces the content."""
    return lambda file: file.write_bytes(text.encode() if isinstance(text, str) else text)


def changed(change):
    """A damage that makes the content anew from the old one."""
    return lambda file: file.write_bytes(change(file.read_bytes()))


def replaced(make):
    """A damage that puts something else in the place of the file."""
    def damage(file: Path):
        file.unlink()
        make(file)
    return damage


def _linked(file: Path) -> None:
    """A link to a whole copy elsewhere."""
    copy = file.with_name(f"elsewhere-{file.name}.copy")
    copy.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(copy.name)


def _sparse(file: Path) -> None:
    with open(file, "wb") as opened:
        opened.truncate(5_000_000_000)


def _socket(file: Path) -> None:
    folder = os.getcwd()
    os.chdir(file.parent)  # the path of a socket is at most about a hundred characters long
    socket.socket(socket.AF_UNIX).bind(file.name)
    os.chdir(folder)


def _inserted(text: bytes):
    return changed(lambda old: old[:len(old) // 2] + text + old[len(old) // 2:])


#: Kind of damage → what does it. All of them leave nothing that could be used.
RUINED = {
    "empty": contents(""),
    "cut in the middle": changed(lambda old: old[:len(old) // 2]),
    "one byte short": changed(lambda old: old.rstrip()[:-1]),
    "first byte missing": changed(lambda old: old[1:]),
    "zeros of the same length": changed(lambda old: bytes(len(old))),
    "last 512 bytes zero": changed(lambda old: old[:-512] + bytes(min(512, len(old)))),
    "random bytes": changed(lambda old: random.Random(0).randbytes(len(old))),
    "written twice": changed(lambda old: old + old),
    "a block moved": changed(lambda old: old[100:200] + old[:100] + old[200:]),
    "bytes put in": _inserted(b"\xff\x00\xfe"),
    "JSON: null": contents("null"), "JSON: 3": contents("3"), "JSON: a string": contents('"record"'),
    "JSON: []": contents("[]"), "JSON: {}": contents("{}"), "JSON: NaN": contents("NaN"),
    "JSON: nested 10,000 deep": contents("[" * 10_000 + "]" * 10_000),
    "JSON: a number of 5,000 digits": contents("9" * 5_000),
    "a web page in its place": contents("<!doctype html><title>404</title>"),
    "a Git LFS pointer": contents("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    "a merge conflict": _inserted(b"\n<<<<<<< HEAD\n=======\n>>>>>>> other\n"),
    "another encoding": changed(lambda old: b"\xff\xfe" + old.decode("latin-1").encode("utf-16-le")),
    "5 GB of nothing": _sparse,
    "a folder": replaced(lambda file: file.mkdir()),
    "a pipe": replaced(lambda file: os.mkfifo(file)),
    "a socket": replaced(_socket),
    "a link to a device": replaced(lambda file: file.symlink_to("/dev/zero")),
    "a link to nowhere": replaced(lambda file: file.symlink_to("nowhere")),
}
HARMLESS = {"a link to a whole copy": _linked}


def flip(file: Path, bit: int) -> None:
    """Turn one bit of a file."""
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
