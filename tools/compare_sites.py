"""Build the book again from the same commit, elsewhere and from nothing, and compare every file.

    python tools/compare_sites.py                 # what `make check-reproducible` runs
    python tools/compare_sites.py SITE OTHER      # compare two built sites

The second build is made in a new folder, of the files that git knows, as they are now; every chapter
is executed there. Both sites must have the same files with the same bytes, once what BLURRED names,
dates and durations, is taken out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The only differences allowed: files, and in them what says when and how long.
BLURRED: dict[str, tuple[str, ...]] = {
    # the table of executed chapters: when each was executed, and in how many seconds
    "book/evidence/status.html": (r"<p>\d{4}-\d\d-\d\d \d\d:\d\d</p>", r"<p>\d+\.\d+</p>"),
}


SHOWN = 200  # lines of what differs


def differences(site: Path, other: Path) -> list[str]:
    """What ``diff`` says about two sites: the files that are in one alone, and the first lines that differ.

    The notebooks that are put beside a site and the logs of failed cells are no part of it.
    """
    with tempfile.TemporaryDirectory() as folder:
        for source, name in ((site, "one"), (other, "two")):
            shutil.copytree(source, Path(folder, name), symlinks=True)
            for left_out in ("notebooks", "reports"):
                shutil.rmtree(Path(folder, name, left_out), ignore_errors=True)
            for blurred, patterns in BLURRED.items():
                file = Path(folder, name, blurred)
                for pattern in patterns if file.exists() else ():
                    file.write_bytes(re.sub(pattern.encode(), b"(when)", file.read_bytes()))
        said = subprocess.run(["diff", "--recursive", "--unified=0", "one", "two"], cwd=folder, stdout=subprocess.PIPE)
        if said.returncode > 1:
            said.check_returncode()
    return [line[:160] for line in said.stdout.decode(errors="replace").splitlines()]


def copy_repository(root: Path, target: Path) -> None:
    """Copy the files that git knows, as they are in the working tree, and the remote's address."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((root / name).read_bytes())
    origin = subprocess.run(["git", "-C", str(root), "remote", "get-url", "origin"], capture_output=True, text=True)
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    if origin.stdout.strip():
        subprocess.run(["git", "-C", str(target), "remote", "add", "origin", origin.stdout.strip()], check=True)


def main(arguments: list[str]) -> int:
    if len(arguments) == 2:
        found = differences(Path(arguments[0]), Path(arguments[1]))
    else:
        site = ROOT / "_build" / "html"
        if not (ROOT / "_build" / "built").exists():
            print("There is no built site to compare with: run make book", file=sys.stderr)
            return 1
        with tempfile.TemporaryDirectory() as folder:
            copy_repository(ROOT, Path(folder))
            build = subprocess.run([sys.executable, str(ROOT / "tools" / "build_book.py"), folder],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if build.returncode:
                print(build.stdout, "The second build failed.", sep="\n", file=sys.stderr)
                return 1
            found = differences(site, Path(folder) / "_build" / "html")
    print("\n".join(found[:SHOWN]) or "Both builds gave the same site, dates aside.",
          file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
