"""Execute every notebook of the built book as a stranger would: elsewhere, with nothing installed.

    python tools/check_notebooks.py [NAME...]      # what `make check-notebooks` runs

Each runs from top to bottom in an empty folder of its own, in a new virtual environment that holds
a kernel and nothing else. Its first cell clones this repository from its folder, and installs what
is missing; git may reach nothing but that folder. Before, all notebooks are searched for what only
the book's own tools understand. NAME, a part of a path, chooses some of them; a NAME like torch==2.6.0 is
a package that is installed before, as in Colab, and has to stay.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "_build" / "html" / "notebooks"
AT_A_TIME = 2
TIMEOUT = 900  # seconds a cell: the first installs torch
LEFTOVERS = {
    "a directive": r"^[\s>]*(?:`{3,}|~{3,}|:{3,})\s*\{",
    "a fence of colons": r"^[\s>]*:{3,}",
    "a role": r"\{[a-zA-Z][\w:+.-]*\}`",
    "a label": r"^\s*\([^()\s]+\)=\s*$",
    "a break between cells": r"^\+\+\+",
    "a comment": r"^%(?:\s|$)",
    "a substitution": r"\{\{|\{glue:",
    "an option": r"^\s*:[a-z][\w-]*:(?:\s|$)",
    "front matter": r"\A\s*---\s*$",
}
FENCED = re.compile(r"^(?P<fence>`{3,})\w*\n.*?^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
IN_A_LINE = re.compile(r"(?<!`)(`{1,2})(?!`).+?(?<!`)\1(?!`)|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)


def leftovers(notebook) -> list[str]:
    """A line for each thing in the notebook that only the book's own tools understand."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            if re.search(r"\bmyst_nb\b|\bglue\(", cell.source):
                found.append(f"cell {number} has glue in its code")
            continue
        text = FENCED.sub("", cell.source)
        plain = IN_A_LINE.sub("", text)  # a role has code behind it, and is looked for before
        for what, pattern in LEFTOVERS.items():
            match = re.search(pattern, text if what == "a role" else plain, re.MULTILINE)
            if match and not (what == "front matter" and match.start()):
                found.append(f"cell {number} has {what}: {match[0].strip()!r}")
    return found


def make_environment(folder: Path, packages: list[str]) -> dict[str, str]:
    """A new virtual environment with packages and a kernel called ``fresh``; returns the environment to run it in."""
    python = folder / "venv" / "bin" / "python"
    pinned = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()
              if line.startswith("ipykernel")]
    pip_cache = subprocess.run([sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True)
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("PYTHONPATH", "VIRTUAL_ENV") and not name.startswith("MNIST_LIB")}
    environment |= {"XDG_CACHE_HOME": str(folder / "cache"), "PIP_CACHE_DIR": pip_cache.stdout.strip(),
                    "MNIST_LIB_SOURCE": str(ROOT), "GIT_ALLOW_PROTOCOL": "file", "OMP_NUM_THREADS": "1",
                    "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned, *packages],
                   check=True, env=environment)
    subprocess.run([python, "-m", "ipykernel", "install", "--prefix", folder / "jupyter", "--name", "fresh"],
                   check=True, env=environment, stdout=subprocess.DEVNULL)
    os.environ["JUPYTER_PATH"] = str(folder / "jupyter" / "share" / "jupyter")
    return environment


def execute(path: Path, environment: dict[str, str]) -> str:
    """Execute a copy of one notebook in an empty folder; returns what went wrong, or nothing."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import mnist_lib; print(mnist_lib.__file__)"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, kernel_name="fresh", timeout=TIMEOUT,
                                resources={"metadata": {"path": folder}})
        try:
            client.execute(env=environment)
        except (CellExecutionError, DeadKernelError, TimeoutError) as error:
            return str(error).strip() or type(error).__name__
        told = [output.text.strip() for cell in notebook.cells for output in cell.get("outputs", ())
                if output.get("name") == "stderr"]
        if told:
            return f"it writes on stderr: {told[0]}"
        used = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
        if not used.startswith(str(Path(folder).resolve())):
            return f"it used the library of {used.strip()}, not the one that its first cell clones"
    print(f"  {path.relative_to(NOTEBOOKS)}: {time.monotonic() - began:.0f} s", flush=True)
    return ""


def main(arguments: list[str]) -> int:
    names = [name for name in arguments if "==" not in name]
    packages = [name for name in arguments if name not in names]
    paths = [path for path in sorted(NOTEBOOKS.rglob("*.ipynb"))
             if not names or any(name in path.as_posix() for name in names)]
    if not paths:
        print(f"No notebooks are in {NOTEBOOKS}: run make book first", file=sys.stderr)
        return 1
    faults = {path: leftovers(nbformat.read(path, as_version=4)) for path in paths}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        environment = make_environment(Path(folder), packages)
        said = [execute(paths[0], environment)]  # alone: it installs
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            said += pool.map(lambda path: execute(path, environment), paths[1:])
        there = subprocess.run([Path(folder) / "venv" / "bin" / "pip", "freeze"], capture_output=True, text=True)
        changed = [package for package in packages if package not in there.stdout.replace("+cpu", "").split()]
        print("\n".join(f"{package} did not stay" for package in changed), file=sys.stderr)
    for path, problem in zip(paths, said, strict=True):
        for fault in faults[path] + [problem] * bool(problem):
            print(f"\n{path.relative_to(NOTEBOOKS)}: {fault}", file=sys.stderr)
    failed = sum(bool(problem or faults[path]) for path, problem in zip(paths, said, strict=True))
    print(f"{len(paths) - failed} of {len(paths)} notebooks run from an empty folder "
          f"({time.monotonic() - began:.0f} s)")
    return 1 if failed or changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
