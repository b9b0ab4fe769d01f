"""Sphinx extension: a chapter is executed again when what it stands on has changed.

jupyter-cache knows a chapter by the code in its cells alone, and would go on showing outputs
of yesterday's library. This extension gives each chapter a key over everything its code may
read: ``requirements.txt``, the modules of the library that it reaches (through imports, from
module to module), and the folders of data that it or those modules name. The key is the name
of the cache folder the chapter is looked up in, and a chapter whose key changed is read again.

Where it cannot be told what a chapter reads (``import mnist_lib`` as a whole, a shell line),
everything is taken: a chapter may be executed too often, never too seldom.
"""

from __future__ import annotations

import ast
import hashlib
import re
import shutil
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

LIBRARY = "mnist_lib"
FOLDERS = ("data", "results", "benchmarks")  # of the repository: a chapter may read their files
CODE_CELL = re.compile(r"^(`{3,}|:{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
UNFINISHED = re.compile(r"^\.|^__pycache__$|^checkpoints$|\.(partial|checkpoint|log)$")  # as in .gitignore
KEPT = 10  # caches of earlier keys that are kept, for going back and forth between versions


def code_cells(text: str) -> list[str]:
    """The source of every code cell of a MyST notebook, without the cell's options."""
    cells = []
    for match in CODE_CELL.finditer(text):
        body = re.sub(r"\A---\n.*?^---\n", "", match[2], flags=re.MULTILINE | re.DOTALL)
        cells.append(re.sub(r"\A(:[\w-]+:[^\n]*\n)+", "", body))
    return cells


def imported_modules(source: str, root: Path) -> set[str] | None:
    """The library's modules that `source` imports; None where it cannot be told."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic or a shell line
        return None if LIBRARY in source or "from ." in source else set()
    modules: set[str | None] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                package, _, rest = name.name.partition(".")
                if package == LIBRARY:
                    modules.add(rest.partition(".")[0] or None)
        elif isinstance(node, ast.ImportFrom):
            package, _, rest = (node.module or "").partition(".")
            if node.level:
                package, rest = LIBRARY, node.module or ""
            if package == LIBRARY and rest:
                modules.add(rest.partition(".")[0])
            elif package == LIBRARY:
                modules.update(home_of(name.name, root) for name in node.names)
                modules.discard("__init__")  # counted anyway
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(rf"-m\W+{LIBRARY}|^{LIBRARY}$", node.value):  # a command line
                modules.add(None)
        elif "import_module" in (getattr(node, "attr", None), getattr(node, "id", None)):
            modules.add(None)
    return None if None in modules else modules


def home_of(name: str, root: Path) -> str | None:
    """The module that ``from mnist_lib import name`` loads; None where it cannot be told."""
    if (root / LIBRARY / f"{name}.py").exists() or (root / LIBRARY / name).is_dir():
        return name
    tree = ast.parse((root / LIBRARY / "__init__.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
            return "__init__"  # such as __version__
        if isinstance(node, ast.Dict):  # the table of public names: {"fit": "training", ...}
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    return value.value if isinstance(value, ast.Constant) else None
    return None


def reached_files(cells: list[str], root: Path) -> list[Path]:
    """The library's files that `cells` may run or read, in order of their names."""
    everything = [path for path in sorted((root / LIBRARY).rglob("*"))
                  if path.suffix in (".py", ".json")]
    waiting: set[str] = set()
    for cell in cells:
        modules = imported_modules(cell, root)
        if modules is None:
            return everything
        waiting |= modules
    if not waiting:
        return []
    seen: set[str] = set()
    files = {path for path in everything if path.name == "__init__.py" or path.suffix != ".py"}
    while waiting:
        module = waiting.pop()
        seen.add(module)
        path = root / LIBRARY / f"{module}.py"
        paths = [path] if path.exists() else sorted((root / LIBRARY / module).rglob("*.py"))
        if not paths:
            return everything
        for path in paths:
            files.add(path)
            modules = imported_modules(path.read_text(), root)
            if modules is None:
                return everything
            waiting |= modules - seen
    return sorted(files)


def chapter_key(text: str, root: Path) -> str | None:
    """A hash over all that the code of a chapter may read; None for a page without code."""
    cells = code_cells(text)
    if not cells:
        return None
    digest = hashlib.sha256(sys.version.encode())
    files = reached_files(cells, root)
    code = "\n".join([*cells, *(path.read_text() for path in files)])
    add_file(digest, root / "requirements.txt", root)
    for path in files:
        add_file(digest, path, root)
    for folder in FOLDERS:
        if re.search(rf"\b{folder}\b", code):
            digest.update(folder_hash(root / folder))
    return digest.hexdigest()[:16]


@cache
def folder_hash(folder: Path) -> bytes:
    """A hash over names and contents of all files below `folder`, read once a build."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(UNFINISHED.search(part) for part in parts):
            add_file(digest, path, folder)
    return digest.digest()


def add_file(digest, path: Path, root: Path) -> None:
    """Take the name of `path`, as seen from `root`, and its content into `digest`."""
    digest.update(path.relative_to(root).as_posix().encode() + b"\0")
    digest.update(hashlib.sha256(path.read_bytes()).digest())


def find_changed(app, env, added, changed, removed) -> list[str]:
    """The chapters whose key is another than when they were last read."""
    folder_hash.cache_clear()
    keys = {name: chapter_key(Path(env.doc2path(name)).read_text(encoding="utf-8"), Path(app.srcdir))
            for name in env.found_docs}
    before = getattr(env, "chapter_keys", {})
    env.chapter_keys = keys
    return [name for name, key in keys.items() if before.get(name) != key]


def choose_cache(app, docname, source) -> None:
    """Just before a chapter is parsed: let its outputs be looked up under its key."""
    key = app.env.chapter_keys.get(docname) or "no-code"
    app.env.mystnb_config = replace(
        app.env.mystnb_config, execution_cache_path=str(cache_root(app) / key))


def cache_root(app) -> Path:
    """Where executed chapters are kept, a folder a key."""
    return Path(app.outdir).parent / ".jupyter_cache"


def forget_old_caches(app, error) -> None:
    """After a build: of the caches that no chapter uses any more, keep the newest few."""
    if error or not cache_root(app).exists():
        return
    used = {*app.env.chapter_keys.values(), "no-code"}
    unused = [path for path in cache_root(app).iterdir() if path.is_dir() and path.name not in used]
    unused.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in unused[KEPT:]:
        shutil.rmtree(path)


def setup(app):
    app.connect("env-get-outdated", find_changed)
    app.connect("source-read", choose_cache)
    app.connect("build-finished", forget_old_caches)
    return {"version": "1", "parallel_read_safe": True}
