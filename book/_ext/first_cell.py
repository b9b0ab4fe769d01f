"""What stands in the first code cell of every notebook: it makes ``import mnist_lib`` work there.

The function is copied into the notebooks as text, so it imports what it needs itself.
"""

from __future__ import annotations

import inspect


def get_library(source, commit, branch, needs, tested):
    """Make `import mnist_lib` work here, with its data and recorded runs. Does nothing where it does."""
    import importlib.util
    import os
    import re
    import shutil
    import subprocess
    import sys
    import tempfile
    from importlib.metadata import distributions
    from pathlib import Path

    def is_whole(folder):  # the library, and the records beside it
        return (folder / "mnist_lib" / "__init__.py").exists() and (folder / "results").is_dir()

    def run(*command):
        try:
            done = subprocess.run(command, capture_output=True, text=True,
                                  env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
        except FileNotFoundError:
            return f"{command[0]} is not installed"
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"{command[0]} gave no reason"]
        return lines[-1] if done.returncode else ""

    here = Path.cwd()
    version = os.environ.get("MNIST_LIB_VERSION") or commit or branch or "HEAD"
    copy = here / f"mnist-book-{commit[:7] if version == commit else re.sub(r'[^0-9A-Za-z.]+', '-', version)}"
    found = importlib.util.find_spec("mnist_lib")
    installed = Path(found.origin).parents[1] if found and found.origin else None
    above = (here, *here.parents)
    places = (installed, *above, *(parent / copy.name for parent in above))
    folder = next((place for place in places if place and is_whole(place)), None)
    if folder is None and installed and Path(os.environ.get("MNIST_LIB_RESULTS", "-")).is_dir():
        folder = installed
    if folder is None:
        source = os.environ.get("MNIST_LIB_SOURCE") or source
        if not source:
            raise RuntimeError("This notebook was made where the book's address is not known. Give the address, or "
                               "the folder, of a clone of the book: run %env MNIST_LIB_SOURCE=… and this cell again.")
        print(f"Getting the library, the data and the recorded runs from {source}, version {version}")
        partial = Path(tempfile.mkdtemp(prefix=copy.name, suffix=".partial", dir=here))
        problem = (run("git", "init", "--quiet", str(partial))
                   or run("git", "-C", str(partial), "fetch", "--quiet", "--depth", "1", source, version)
                   or run("git", "-C", str(partial), "checkout", "--quiet", "FETCH_HEAD"))
        if problem or not is_whole(partial):
            shutil.rmtree(partial, ignore_errors=True)
            raise RuntimeError(f"Version {version} of the book could not be fetched from {source}: "
                               f"{problem or 'it is not the book'}. Check the network, give another clone (%env "
                               "MNIST_LIB_SOURCE=…), or choose a version that is there, whose code and numbers may be "
                               f"others than this notebook's (%env MNIST_LIB_VERSION={branch or 'main'}), and run "
                               "this cell again.")
        folder = partial.rename(copy)
    if folder != installed:
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))

    names = {need: re.split(r"\W", need)[0] for need in needs}
    missing = [need for need, name in names.items() if importlib.util.find_spec(name) is None]
    if missing:
        print("Installing", *missing)
        # what is installed stays as it is, and the rest is as tested, if it can be
        there = [f"{d.name}=={d.version}" for d in distributions() if d.name in names.values()]
        for wanted in (there + [line for line in tested if re.split(r"\W", line)[0] in map(names.get, missing)], there):
            with tempfile.TemporaryDirectory() as holder:
                kept = Path(holder) / "kept.txt"
                kept.write_text("".join(line + "\n" for line in wanted))
                problem = run(sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(kept), *missing)
            if not problem:
                break
        if problem:
            raise RuntimeError(f"pip could not install {', '.join(missing)}: {problem}")
        importlib.invalidate_caches()


LATER = '''
get_ipython().register_magic_function(
    lambda line, cell: print("Not run. Delete the first line of this cell to run it."), "cell", "later")'''


def first_cell(source: str, commit: str, branch: str, needs: list[str], tested: list[str], later: bool) -> str:
    """The cell's code. ``needs`` are the library's requirements, and ``tested`` the exact versions that
    the book was built with; ``later`` adds what the cells need that are not to run with all the others.
    """
    code = "#@title Get the library, the data and the recorded runs\n"
    code += inspect.getsource(get_library)
    lists = ", ".join("[\n" + "".join(f"    {line!r},\n" for line in lines) + "]" for lines in (needs, tested))
    code += f"\n\nget_library({source!r}, {commit!r}, {branch!r}, {lists})"
    return code + "\n" + LATER if later else code
