"""Build the book again from the same commit, elsewhere and from nothing, and compare every file.

    python tools/compare_sites.py                 # what `make check-reproducible` runs
    python tools/compare_sites.py SITE OTHER      # compare two built sites

The second build is made in a new folder, of the files that git knows, as they are now; every chapter
is executed there. Both sites must have the same files with the same bytes, once what BLURRED names,
dates and durations, is taken out.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The only differences allowed: files, and in them what says when and how long.
BLURRED: dict[str, tuple[str, ...]] = {
    # the table of executed chapters: when each was executed, and in how many seconds
    "book/status.html": (r"<p>\d{4}-\d\d-\d\d \d\d:\d\d</p>", r"<p>\d+\.\d+</p>"),
}


def content(site: Path, name: str) -> bytes:
    """The bytes of a file of a site, without dates and durations."""
    data = (site / name).read_bytes()
    for pattern in BLURRED.get(name, ()):
        data = re.sub(pattern.encode(), b"(when)", data)
    return data


def names(site: Path) -> set[str]:
    """The files of a site, but for the notebooks that are put beside it and the logs of failed cells."""
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(("notebooks/", "reports/"))}


def differences(site: Path, other: Path) -> list[str]:
    """A line for each file that is in one site alone or differs, with the first lines that do."""
    here, there = names(site), names(other)
    found = [f"{name} is only in {site}" for name in sorted(here - there)]
    found += [f"{name} is only in {other}" for name in sorted(there - here)]
    for name in sorted(here & there):
        one, two = content(site, name), content(other, name)
        if one != two:
            found.append(f"{name} differs{first_difference(one, two)}")
    return found


def first_difference(one: bytes, two: bytes, lines: int = 6) -> str:
    """The first lines in which two texts differ, indented; nothing for what is no text."""
    try:
        pair = (one.decode().splitlines(), two.decode().splitlines())
    except UnicodeDecodeError:
        return ""
    changed = [line for line in difflib.unified_diff(*pair, n=0, lineterm="")
               if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]
    return "".join(f"\n    {line[:160]}" for line in changed[:lines])


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
    print("\n".join(found) or "Both builds gave the same site, dates aside.",
          file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
