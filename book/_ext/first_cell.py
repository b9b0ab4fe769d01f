"""What stands in the first code cell of every notebook: it makes ``import mnist_lib`` work there.

The functions are copied into the notebooks as text, so each imports what it needs itself.
"""

import inspect


def ask_program(*command):
    """What a command prints, and why it failed, if it did."""
    import os
    import subprocess

    try:
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
    except FileNotFoundError:
        return "", f"{command[0]} is not installed"
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"{command[0]} gave no reason"]
    return done.stdout.strip(), lines[-1] if done.returncode else ""


def get_library(source, commit, branch, needs, tested):
    """Make `import mnist_lib` work here, with its data and recorded runs, of the version that is asked for."""
    import importlib.util
    import json
    import os
    import re
    import shutil
    import sys
    import tempfile
    from importlib.metadata import distributions
    from pathlib import Path

    def is_whole(folder):  # the library, and the records beside it, or named
        records = [folder / "results", Path(os.environ.get("MNIST_LIB_RESULTS", "-"))][:1 + (folder == installed)]
        return (folder / "mnist_lib" / "__init__.py").exists() and any(map(Path.is_dir, records))

    def version_of(folder):  # by git, or by what pip wrote down when it installed
        if (folder / ".git").exists():
            return ask_program("git", "-C", str(folder), "rev-parse", "HEAD")[0] or "unknown"
        kept = [d.read_text("direct_url.json") for d in distributions(name="mnist_lib", path=[str(folder)])]
        return json.loads([*filter(None, kept), "{}"][0]).get("vcs_info", {}).get("commit_id", "unknown")

    def is_asked_for(folder):  # what main is changes, so only a copy that was got by that name has it
        if re.fullmatch("[0-9a-f]{7,40}|unknown", version):
            return there[folder].startswith(version)
        return not pinned or folder.name == copy.name

    here = Path.cwd()
    pinned = os.environ.get("MNIST_LIB_VERSION") or commit
    version = pinned or branch or "HEAD"
    copy = here / f"mnist-book-{commit[:7] if version == commit else re.sub(r'[^0-9A-Za-z.]+', '-', version)}"
    found = importlib.util.find_spec("mnist_lib")
    installed = Path(found.origin).parents[1] if found and found.origin else None
    above = (here, *here.parents)
    places = (installed, *above, *(parent / copy.name for parent in above))
    there = {place: version_of(place) for place in places if place and is_whole(place)}
    folder = next(filter(is_asked_for, there), None)
    if folder is None:
        print("".join(f"Not used: {place}, of version {other[:7]}\n" for place, other in there.items()), end="")
        clones = [str(place) for place in there if (place / ".git").exists()]
        source = os.environ.get("MNIST_LIB_SOURCE") or source or "".join(clones[:1])
        if not source:
            raise RuntimeError("This notebook was made where the book's address is not known. Give the address, or "
                               "the folder, of a clone of the book: run %env MNIST_LIB_SOURCE=… and this cell again.")
        print(f"Getting the library, the data and the recorded runs from {source}, version {version}")
        partial = Path(tempfile.mkdtemp(prefix=copy.name, suffix=".partial", dir=here))
        git = ("git", "-C", str(partial))
        problem = (ask_program(*git, "init", "--quiet")[1]
                   or ask_program(*git, "fetch", "--quiet", "--depth", "1", source, version)[1]
                   or ask_program(*git, "checkout", "--quiet", "FETCH_HEAD")[1])
        if problem or not is_whole(partial):
            shutil.rmtree(partial, ignore_errors=True)
            raise RuntimeError(f"Version {version} of the book could not be fetched from {source}: "
                               f"{problem or 'it is not the book'}. Check the network, give another clone (%env "
                               "MNIST_LIB_SOURCE=…), or choose a version that is there, whose code and numbers may be "
                               f"others than this notebook's (%env MNIST_LIB_VERSION={branch or 'main'}), and run "
                               "this cell again.")
        folder = partial.rename(copy)
    print(f"Using the library in {folder}, version {version_of(folder)[:7]}")
    if folder != installed:
        for name in [name for name in sys.modules if name.partition(".")[0] == "mnist_lib"]:
            del sys.modules[name]  # of another version, imported before
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    install_missing(needs, tested)


def install_missing(needs, tested):
    """Install what the library needs and is not there: as tested, if it can be. What is there stays as it is."""
    import importlib.util
    import re
    import sys
    import tempfile
    from importlib.metadata import distributions
    from pathlib import Path

    names = {need: re.split(r"\W", need)[0] for need in needs}
    missing = [need for need, name in names.items() if importlib.util.find_spec(name) is None]
    if not missing:
        return
    print("Installing", *missing)
    there = [f"{d.name}=={d.version}" for d in distributions() if d.name in names.values()]
    for wanted in (there + [line for line in tested if re.split(r"\W", line)[0] in map(names.get, missing)], there):
        with tempfile.TemporaryDirectory() as holder:
            kept = Path(holder) / "kept.txt"
            kept.write_text("".join(line + "\n" for line in wanted))
            _, problem = ask_program(sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(kept),
                                     *missing)
        if not problem:
            break
    else:
        raise RuntimeError(f"pip could not install {', '.join(missing)}: {problem}")
    importlib.invalidate_caches()



LATER = '''
get_ipython().register_magic_function(
    lambda line, cell: print("Not run. Delete the first line of this cell to run it."), "cell", "later")'''


def first_cell(source: str, commit: str, branch: str, needs: list[str], tested: list[str]) -> str:
    """The cell's code. ``needs`` are the library's requirements, and ``tested`` the exact versions that
    the book was built with. Cells that are not to run with all the others need its last lines.
    """
    code = "#@title Get the library, the data and the recorded runs\n"
    code += "\n\n".join(map(inspect.getsource, (ask_program, get_library, install_missing)))
    lists = ", ".join("[\n" + "".join(f"    {line!r},\n" for line in lines) + "]" for lines in (needs, tested))
    return code + f"\n\nget_library({source!r}, {commit!r}, {branch!r}, {lists})\n{LATER}"
