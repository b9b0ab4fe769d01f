"""Inject every fault of the table, each in a process of its own, and count what came of it.

    python -m tests.faults                   # all of it, as `make test-faults` does; writes results/faults.json
    python -m tests.faults --kills 30        # SIGKILLs at random moments of a campaign; writes results/kills.json
    python -m tests.faults --sample 80       # every so many-th, for `make test`

A fault ends *told*, *healed* or *survived*; *silent*, *lost*, *traceback* and *hung* are failures.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from tests import ROOT
from tests.faults import table, world
from tests.faults.table import Fault

LIMIT = 120  # seconds after which a process hangs
MEMORY = 20_000_000_000
GOOD = ("told", "healed", "survived")


def contents(folder: Path) -> dict[str, str]:
    """Each regular file of a folder, and a hash of it; a huge one only by its size."""
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            if p.stat().st_size < 1e8 else str(p.stat().st_size)
            for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink() and "__pycache__" not in p.parts}


def inside(fault: Fault, folder: Path, said: Path) -> None:
    """The life of a forked process: go into the world, run the command, leave."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.update({"MNIST_LIB_RESULTS": str(folder / "results"), **dict(fault.environment)})
    signal.alarm(LIMIT)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))  # a file without an end must not take the machine along
    status, command = 70, fault.command
    try:
        if command[0] == "LIMITED":
            resource.setrlimit(resource.RLIMIT_FSIZE, (8000, resource.RLIM_INFINITY))
            command = command[1:]
        if command[0] == "FULL":
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
            command = command[1:]
        status = world.run(command)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush(), sys.stderr.flush()
        finally:
            os._exit(status)


def lived(fault: Fault, base: Path) -> tuple[int, str, str, dict, dict]:
    """A command in a fresh copy of the world, damaged: its status, what it said, and the files before and after."""
    with tempfile.TemporaryDirectory(prefix="fault-") as place:
        folder, said = Path(place) / "world", Path(place)
        shutil.copytree(base, folder, symlinks=True)
        if "verify" in fault.command:
            (folder / table.EPOCHS).unlink()  # fifteen evaluations that no fault here is about
        fault.do(folder)
        before = contents(folder)
        if not (child := os.fork()):
            inside(fault, folder, said)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out, err = ((said / name).read_text(errors="replace") for name in ("out", "err"))
        return ended, out, err, before, contents(folder)


def inject(fault: Fault, base: Path, reference: dict) -> tuple[str, str]:
    """The outcome of one fault, and what was said."""
    ended, out, err, before, after = lived(fault, base)
    lost = [name for name in before if before[name] != after.get(name) and not name.startswith(fault.writes)]
    return judged(fault, ended, out, err, lost, [n for n in after if n.endswith(".partial")], reference), \
        (out[-300:] + err[-500:]).strip()


def references(commands, base: Path) -> dict:
    """What each command prints in an undamaged world."""
    ended = {command: lived(Fault("", "", command, ""), base) for command in sorted(commands)
             if command[0] in (*world.OWN, "list", "verify", "export", "search", "rf")}
    return {command: without_times(out) for command, (status, out, *_) in ended.items() if status == 0}


def judged(fault, status, out, err, lost, partial, reference) -> str:
    """The outcome of one fault, from what its process said and did."""
    if status < 0:
        return "hung" if status == -signal.SIGALRM else "killed"
    if "Traceback" in err or status == 70:
        return "traceback"
    if lost:
        return "lost"
    if fault.kind != "a partial file of another machine" and partial:
        return "left a partial file"
    right = status == 0 and reference.get(fault.command) == without_times(out)
    named = fault.name in out + err
    if fault.command == ("list",) and fault.kind not in table.damage.HARMLESS and fault.place == "record":
        return "told" if "skipped: " in err and named else "silent"
    if status in (1, 2):
        long = len([line for line in err.splitlines() if not line.startswith(("note: ", "usage: ", " "))]) > 1
        return "told" if named and out + err and not (long and status == 2) else "silent"
    if not right:
        return "silent" if status == 0 else f"status {status}"
    return "healed" if err.strip() and named else "survived"


def without_times(text: str) -> str:
    return re.sub(r"within \S+\.|[\d,]+ kB|\d+\.\d+ s", "", text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--sample", type=int, help="so many faults, evenly out of the table")
    parser.add_argument("--kills", type=int, metavar="N", help="nothing but N SIGKILLs of a campaign")
    options = parser.parse_args()
    if options.kills:
        from tests.faults.kills import kill_a_campaign

        document = kill_a_campaign(options.kills)
        print(document)
        (ROOT / "results/kills.json").write_text(json.dumps(document, indent=1) + "\n")
        return 0 if document["identical"] and not document["processes left"] else 1
    torch.set_num_threads(1)
    os.environ["MNIST_LIB_PROGRESS"] = "none"
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        base, note = Path(place) / "world", Path(place) / "log"
        base.mkdir()
        if not (child := os.fork()):  # the few digits of the small training stay in there
            try:
                note.write_text(world.make(base))
            finally:
                os._exit(0 if note.exists() else 1)
        assert os.waitpid(child, 0)[1] == 0, "the world could not be made"
        world.preload()
        faults = table.every(base, note.read_text())
        if options.sample:
            faults = faults[::-(-len(faults) // options.sample)]
        reference = references({f.command for f in faults}, base)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            ended = threads.map(lambda fault: inject(fault, base, reference), faults)
            rows = [(fault, *one) for fault, one in zip(faults, ended)]
    bad = [(fault, outcome, said) for fault, outcome, said in rows if not right(fault, outcome)]
    for fault, outcome, said in bad:
        print(f"{outcome.upper()}, not {fault.expected}: {fault.kind} × {fault.place} × {' '.join(fault.command)}\n"
              f"    {said}", flush=True)
    document = summary(rows)
    print(f"{len(rows)} faults: {document['outcomes']}")
    if not bad and not options.sample:
        (ROOT / "results/faults.json").write_text(json.dumps(document, indent=1) + "\n")
    return 1 if bad else 0


def right(fault: Fault, outcome: str) -> bool:
    """Whether a fault ended as it has to; a flipped bit may also change nothing."""
    return outcome in (GOOD if fault.kind == "one flipped bit" else (fault.expected,))


def summary(rows) -> dict:
    """The table as the page shows it: each kind and place with how often it ended how."""
    groups: dict = collections.defaultdict(collections.Counter)
    for fault, outcome, _ in rows:
        groups[fault.kind, fault.place][outcome] += 1
    outcomes = collections.Counter(outcome for _, outcome, _ in rows)
    harmless = [f"{fault.place}: {said.splitlines()[0][:80] if said else ''}" for fault, outcome, said in rows
                if fault.kind == "one flipped bit" and outcome == "survived"]
    return {"faults": len(rows), "kinds": len({kind for kind, _ in groups}),
            "outcomes": {name: outcomes[name] for name in (*GOOD, "silent", "lost", "traceback", "hung")},
            "flipped bits": sum(f.kind == "one flipped bit" for f, _, _ in rows), "bits without meaning": harmless,
            "table": [{"kind": kind, "place": place, **counts} for (kind, place), counts in groups.items()]}


if __name__ == "__main__":
    sys.exit(main())
