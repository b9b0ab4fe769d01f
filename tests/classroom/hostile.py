"""Submissions that try to read, to change or to take what is not theirs; each is the plain network and an attack.

``python -m tests.classroom.hostile FOLDER`` writes all of them with honest ones into a class, grades it, and says what
was read, changed or left: nothing, or status 1.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path

from mnist_lib.__main__ import main as command
from mnist_lib.classroom.grading.sandbox import descendants
from tests import ROOT
from tests.classroom.specimens import HEAD, PLAIN

SECRET = "marker-of-a-secret-7519"
OPEN = "\nimport ctypes, glob, os, signal, socket, subprocess, sys, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"
FD = "fd = int(os.environ.get('RESULT_FD', 3))\n"
SEND = FD + ("import struct\nhead = {head}\nos.write(fd, struct.pack('>QQQ', len(head), {a}, {b}) + head + {rest})\n"
             "os._exit(0)\n")
CALL = "r = libc.syscall({})\nprint('call', r, ctypes.get_errno())\nassert r == -1, 'it came through'\n"
READS = {
    "reads-a-file": "print(open('@VICTIM@/secret').read())",
    "reads-home": "print([open(f).read() for f in glob.glob('/root/.*rc') + glob.glob('/home/*/.*rc')])",
    "reads-environ": "print([open(f, 'rb').read() for f in glob.glob('/proc/[0-9]*/environ')], dict(os.environ))",
    "reads-command-lines": "print([open(f, 'rb').read() for f in glob.glob('/proc/[0-9]*/cmdline')])",
    "reads-shadow": "print(open('/etc/shadow').read())",
    "reads-git": "print(subprocess.run(['git', '-C', '@ROOT@', 'log'], capture_output=True))\n"
                 "os.listdir('@ROOT@/.git')",
    "reads-roots": "print([open(f'/proc/{p}/root/@VICTIM@/secret').read() for p in (1, 2, 'self')])",
    "reads-memory": "print(open('/proc/1/mem', 'rb').read(10))",
    "finds-labels": "found = subprocess.run('find / -name \"*idx1*\" -size +0', shell=True, "
                    "capture_output=True).stdout\nassert not found, found",
    "finds-others": "found = subprocess.run('find / -name \"honest*\" -o -name secret.key', shell=True, "
                    "capture_output=True).stdout\nassert not found, found",
    "links-to-a-secret": "os.symlink('@VICTIM@/secret', 'task.txt')\nprint(open('task.txt').read())",
    "open-by-handle": CALL.format("304, -100, ctypes.create_string_buffer(128), 0"),
    "inherited-descriptors": "for fd in os.listdir('/proc/self/fd'):\n    try:\n        print(os.listdir(int(fd)))\n"
                             "        assert False, 'a folder is open'\n    except OSError:\n        pass",
}
CHANGES = {
    "writes-grades": "open('@OUT@/grades.csv', 'w').write('x')",
    "changes-another": "for f in glob.glob('@OUT@/results/*'): open(f, 'w').write('x')\n"
                       "open('@CLASS@/honest-1.py', 'w')",
    "changes-the-library": "import mnist_lib\nopen(mnist_lib.__file__, 'a').write('import os')",
    "changes-torch": "open(torch.__file__, 'a').write('x')",
    "renames-with-dir-fd": "d = os.open('@VICTIM@', os.O_RDONLY)\nos.rename('secret', 'x', src_dir_fd=d, dst_dir_fd=d)",
    "removes-in-c": "libc.system(b'rm -rf @VICTIM@ @OUT@ @CLASS@ ~ /usr/lib/python3 2>/dev/null')\nos._exit(0)",
    "chmods": "os.chmod('@VICTIM@', 0o777)",
    "mknod": "os.mknod('disk', 0o60666, os.makedev(8, 0))\nopen('disk', 'wb').write(b'x')",
    "mounts": CALL.format("165, b'none', b'/submission', b'tmpfs', 0, 0"),
    "unshares": CALL.format("272, 0x10000000"),
    "clones-a-namespace": CALL.format("56, 0x10000000 | 17, 0, 0, 0, 0"),
    "becomes-root": "os.setuid(0)",
    "takes-capabilities": "h = (ctypes.c_uint32 * 2)(0x20080522, 0)\nd = (ctypes.c_uint32 * 6)(*[0xffffffff] * 6)\n"
                          "assert libc.capset(h, d) == -1, 'it has them'",
    "chroots": "assert libc.chroot(b'/submission') == -1, 'it did'",
    "traces": CALL.format("101, 16, 1, 0, 0"),
    "keyrings": CALL.format("250, 0, -3, 1"),
    "io-uring": CALL.format("425, 8, ctypes.create_string_buffer(256)"),
    "bpf": CALL.format("321, 5, ctypes.create_string_buffer(256), 128"),
}
TAKES = {
    "kills-all": "os.kill(-1, signal.SIGKILL)",
    "kills-its-parent": "os.kill(os.getppid(), 9)\nos.killpg(0, 9)",
    "memory": "x = [torch.ones(500_000_000) for _ in range(40)]",
    "memfd": "f = os.memfd_create('x')\nos.ftruncate(f, 64 * 2**30)\nassert False, 'it has one'",
    "shared-memory": "f = open('/dev/shm/x', 'wb')\nfor _ in range(10_000): f.write(b'x' * 2**20)",
    "fills-the-disk": "for n in range(10_000): open(f'f{n}', 'wb').write(b'x' * 2**24)",
    "forks": "while True: os.fork()",
    "threads": "import threading\nfor _ in range(5_000): threading.Thread(target=time.sleep, args=(600,)).start()",
    "daemon": "if not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(600)\n    os._exit(0)",
    "deaf": "for n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
            "while True: time.sleep(1)",
    "prints": "while True: print('x' * 1_000_000)",
    "opens-files": "k = [open('/dev/null') for _ in range(100_000)]",
    "network": "socket.create_connection(('192.0.2.1', 80), 5)",
    "unix-sockets": "n = 0\nfor p in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/system_bus_socket'):\n"
                    "    s = socket.socket(socket.AF_UNIX)\n    n += s.connect_ex(p) == 0\nassert n == 0, 'it answers'",
    "netlink": "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
               "assert not [n for _, n in socket.if_nameindex() if n != 'lo'], 'a network'",
}
SENDS = {
    "sends-a-gigabyte": FD + "while True: os.write(fd, b'x' * 2**20)",
    "sends-digits": SEND.format(head="b'{\"rate\": %b, \"sheet\": {\"parameters\": %b}}' % (b'9' * 400, b'9' * 400)",
                                a=0, b=0, rest="b''"),
    "sends-nests": SEND.format(head="b'[' * 100_000", a=0, b=0, rest="b''"),
    "sends-lengths": SEND.format(head="b'{}'", a="2**63", b="2**63", rest="b''"),
    "sends-markup": SEND.format(head="b'{\"told\": \"<script>alert(1)</script>\", \"notes\": [\"<img src=x>\"]}'",
                                a=0, b=0, rest="b''"),
    "sends-good-grades": SEND.format(head="b'{\"sheet\": {\"parameters\": 10, \"epochs\": 2}}'", a=600, b=0,
                                     rest="b'\\\\7' * 600"),
    "says-few-parameters": "from mnist_lib.classroom.challenge import rules\nrules.count = lambda network: 7",
    "changes-the-rules": "from mnist_lib.classroom.challenge import rules\n"
                         "rules._rule = lambda *a, **k: rules.Finding('e', 'yes', '')\nrecipe = Recipe(epochs=40)",
    "deep-folders": "for _ in range(1_900):\n    os.mkdir('d')\n    os.chdir('d')",
    "pipes-and-links": "os.mkfifo('result')\nos.symlink('/', 'all')\nos.symlink('loop', 'loop')",
}
ATTACKS = READS | CHANGES | TAKES | SENDS
FEW = ("reads-a-file", "finds-labels", "reads-environ", "changes-another", "removes-in-c", "unshares", "kills-all",
       "memory", "forks", "daemon", "prints", "network", "sends-digits", "sends-good-grades", "says-few-parameters",
       "memfd", "zip-bomb.zip")


def zips() -> dict[str, bytes]:
    """A zip that is a thousand times as large as it looks, one that leaves its folder, and one that lies."""
    made = {}
    for name, files in {"zip-bomb.zip": {"network.py": b"#" * 10**9}, "zip-up.zip": {
            "../../victim/secret.py": b"x", "/etc/x.py": b"x", "network.py": (HEAD + PLAIN).encode()}}.items():
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in files.items():
                archive.writestr(file, content)
        made[name] = buffer.getvalue()
    return made | {"zip-lies.zip": b"PK\x03\x04" + os.urandom(500),
                   "nested.ipynb": b'{"cells": ' + b"[" * 200_000}


def write(folder: Path, out: Path, names=None) -> int:
    """Write attacks and three honest submissions, one of them to be graded last; returns how many attacks."""
    victim, students = folder / "victim", folder / "class"
    for place in (victim, students):
        place.mkdir(parents=True, exist_ok=True)
    (victim / "secret").write_text(SECRET)
    for number, place in enumerate(("0-honest", "honest-1", "zz-honest")):
        (students / f"{place}.py").write_text(HEAD + PLAIN.replace("1, 4,", f"1, {4 + number},").replace(
            "Linear(16", f"Linear({4 * (4 + number)}"))
    attacks = {f"{name}.py": (HEAD + PLAIN + OPEN + code + "\n").encode() for name, code in ATTACKS.items()} | zips()
    attacks = {name: code for name, code in attacks.items() if names is None or name.removesuffix(".py") in names}
    for name, code in attacks.items():
        for mark, place in {"VICTIM": victim, "OUT": out, "CLASS": students, "ROOT": ROOT}.items():
            code = code if name.endswith(".zip") else code.replace(f"@{mark}@".encode(), str(place).encode())
        (students / name).write_bytes(code)
    return len(attacks)


def snapshot(*folders: Path) -> dict:
    """All files with their content, rights and kind."""
    return {str(p): (p.lstat().st_mode, p.read_bytes() if p.is_file() else None) for f in folders for p in f.rglob("*")}


def problems(folder: Path, names=None, *options: str) -> tuple[list[str], dict]:
    """Grade a class of attacks; what came through, and the rows of the CSV."""
    out = folder / "grades"
    write(folder, out, names)
    os.environ["SOMEBODYS_TOKEN"] = SECRET
    before, temporary = snapshot(folder / "victim", folder / "class"), set(os.listdir(tempfile.gettempdir()))
    status = command(["grade", str(folder / "class"), "--out", str(out), "--seeds", "1", "--images", "128", "--minutes",
                      "1.5", "--memory", "3", *options])
    told = [] if status == 0 else [f"status {status}"]
    rows = {row["file"]: row for row in csv.DictReader((out / "grades.csv").open())}
    if snapshot(folder / "victim", folder / "class") != before:
        told.append("something outside was changed")
    for page in (*out.rglob("*.html"), *out.rglob("*.json"), out / "grades.csv"):
        text = page.read_text()
        if SECRET in text or (page.suffix == ".html" and re.search(r"<script|<img", text)):
            told.append(f"{page.name} has what it must not have")
    told += [f"{name}: {row['told']}" for name, row in rows.items() if "it came through" in row["told"]
             or "AssertionError" in row["told"] or ("honest" in name and row["state"] != "graded")]
    told += [f"left: {each}" for each in set(os.listdir(tempfile.gettempdir())) - temporary if "mnist" in each]
    running = [p for p in descendants(os.getpid()) if _command_of(p)]
    return told + [f"process {p} runs: {_command_of(p)}" for p in running], rows


def _command_of(process: int) -> str:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{process}/cmdline").read_bytes()
        return words.decode(errors="replace").replace("\0", " ")[:200] if b"grading.inside" in words else ""
    return ""


if __name__ == "__main__":
    found, grades = problems(Path(sys.argv[1]), None, *sys.argv[2:])
    for name, row in sorted(grades.items()):
        print(f"{name:28} {row['state']:8} {row['told'][:110]}")
    print(f"{len(grades)} submissions;", "; ".join(found) or "nothing was read, changed or left")
    sys.exit(bool(found))
