"""Build the site: ``jupyter-book build`` with every warning an error, on the second try too.

    python tools/build_book.py            # what `make book` runs

Sphinx forgets the warnings of pages it does not read again, so after a failed build a plain
second one would succeed. Here a file in ``_build`` marks a build that ended well, under a
hash of the settings it was made with; without it everything is read again. Executed chapters
are kept (``_build/.jupyter_cache``); a chapter that failed is never among them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two builds at once are not told there
    fcntl = None

ROOT = Path(__file__).resolve().parent.parent
ROOM = 200_000_000  # bytes: twice the site
SETTINGS = ("_config.yml", "_toc.yml", "requirements.txt", "book/_ext/*.py", "book/_templates/*")


def settings_hash(root: Path) -> str:
    """A hash of the files that change how every page is built."""
    digest = hashlib.sha256()
    for pattern in SETTINGS:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build_environment(output: Path) -> dict[str, str]:
    """The environment chapters run in: this repository's library and records and matplotlib's own
    settings, whatever the reader has set or installed.

    The font list is made here because matplotlib, when it makes one, says so on stderr, where a
    chapter's warnings are looked for.
    """
    environment = {**os.environ, "MPLCONFIGDIR": str(output / ".matplotlib"), "PYTHONHASHSEED": "0",
                   "MNIST_LIB_MEASURED": str(output / ".measured")}  # what one page measures serves the others
    environment.pop("MNIST_LIB_RESULTS", None)
    paths = [str(output.parent.resolve()), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    if not (output / ".matplotlib").exists():
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=environment,
                       stderr=subprocess.DEVNULL, check=False)
    return environment


class NoBuild(Exception):
    """Why there can be no build now, and what to do."""


@contextlib.contextmanager
def alone(output: Path):
    """Only one build at a time works in a folder; a killed one holds nothing."""
    lock = output / ".lock"
    try:
        output.mkdir(exist_ok=True)
        with open(lock, "a") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (free := shutil.disk_usage(output).free) < ROOM:
                raise NoBuild(f"{output} has {free / 1e6:,.0f} MB free, and a build needs {ROOM / 1e6:,.0f}; make room")
            yield
    except BlockingIOError:
        raise NoBuild(f"another build is under way in {output}; wait for it to end, then build again") from None
    except OSError as error:
        raise NoBuild(f"{error.filename or lock} cannot be written ({error.strerror}); build in a copy of the "
                      "repository where you may write and have room") from error


def build(root: Path) -> int:
    """Build ``root`` into ``root/_build/html``; returns the exit status."""
    try:
        with alone(root / "_build"):
            return build_alone(root)
    except NoBuild as why:
        print(f"The book was not built: {why}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nThe book was not built: stopped. Chapters that were executed are kept.", file=sys.stderr)
        return 130


def build_alone(root: Path) -> int:
    """Build, while no other build works in the same folder."""
    started = time.monotonic()
    output = root / "_build"
    marker = output / "built"
    settings = settings_hash(root)
    if not marker.exists() or marker.read_text() != settings:
        for part in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(output / part, ignore_errors=True)
    marker.unlink(missing_ok=True)
    shutil.rmtree(output / ".measured", ignore_errors=True)  # of an earlier build, maybe of another library

    quiet = ("import signal; hasattr(signal, 'pthread_sigmask') and "  # Ctrl-C is told by `build` alone, in a line
             "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}); ")
    command = quiet + "from jupyter_book.cli.main import main; main()"
    status = subprocess.run(
        [sys.executable, "-c", command, "build", str(root), "-W", "-n", "--keep-going"],
        cwd=root, env=build_environment(output)).returncode
    seconds = time.monotonic() - started
    if status or not (output / "html" / "index.html").exists():
        print(f"\nThe book was not built: the warnings above say why ({seconds:.0f} s).", file=sys.stderr)
        return status or 1
    marker.write_text(settings)
    print(f"\nThe book is in {output / 'html' / 'index.html'} ({seconds:.0f} s). "
          "Read it there, or with: make serve")
    return 0


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT))
