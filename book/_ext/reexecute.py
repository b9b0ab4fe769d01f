"""Sphinx extension: a chapter is executed again when what it stands on has changed.

jupyter-cache knows a chapter by the code in its cells alone, and would go on showing outputs
of yesterday's library. This extension gives each chapter a key over everything its code may
read: the pinned packages, the files of the library that it reaches (``reached.py``), and the
folders of data that it or those files name. The key is the name of the cache folder the chapter
is looked up in, and a chapter whose key changed is read again.
"""

import hashlib
import re
import shutil
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from reached import file_code, forget, reached_files, read_code

FOLDERS = ("data", "results")  # of the repository: a chapter may read their files
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


def chapter_key(text: str, root: Path) -> str | None:
    """A hash over all that the code of a chapter may read; None for a page without code."""
    cells = code_cells(text)
    if not cells:
        return None
    digest = hashlib.sha256(sys.version.encode())
    digest.update((root / "requirements.txt").read_bytes().partition(b"\n# The tests\n")[0])
    files = reached_files(cells, root)
    for path in files:
        add_file(digest, path, root)
    codes = [*map(read_code, cells), *(file_code(path, root) for path in files if path.suffix == ".py")]
    strings = set().union(*(code.strings for code in codes))
    for folder in FOLDERS:
        if any(re.match(rf"(\.\./)*{folder}(/|$)", string) for string in strings):
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
    forget()
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
    unused = sorted((path for path in cache_root(app).iterdir() if path.is_dir() and path.name not in used),
                    key=lambda path: path.stat().st_mtime, reverse=True)
    for path in unused[KEPT:]:
        shutil.rmtree(path)


def setup(app):
    app.connect("env-get-outdated", find_changed)
    app.connect("source-read", choose_cache)
    app.connect("build-finished", forget_old_caches)
