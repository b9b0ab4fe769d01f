"""Which files of the library a piece of code reaches, told from its imports without running it.

An import leads to a file, a file to what it imports, and so on. The library's rooms are packages
whose ``__init__`` is a door: it gives out names that live in the room's files, from its table
(``{"calculator": "receptive_field rule"}``). A name asked of a door is followed to its file. Where
that cannot be told the whole room is taken, and where nothing can be told (``import mnist_lib``, a
shell line, a program that is started) the whole library.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

LIBRARY = "mnist_lib"
# What is imported from elsewhere, or asked of something, and may run anything; so may two functions of Python's own.
STARTERS = {"subprocess", "runpy", "system", "popen", "run_line_magic", "run_cell_magic", "import_module", "exec"}
BUILT_IN = {"exec", "__import__"}


@dataclass(frozen=True)
class Code:
    """What a file or a cell says: the names that it asks of the library, with their modules, and its strings."""

    asks: frozenset[str] = frozenset()
    strings: frozenset[str] = frozenset()


@cache
def read_code(text: str, package: str = "", door: bool = False) -> Code:
    """What `text` says, if it stands in a file of `package`, or in its ``__init__`` (a door)."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a magic or a shell line
        unclear = package or any(word in text for word in (LIBRARY, "!", "%%", "%run"))
        return Code(frozenset([LIBRARY] if unclear else []), frozenset([text]))
    nodes = list(what_runs(tree))
    asks = {ask for node in nodes for ask in asked_by(node, package)}
    if door:  # it loads what its table says, and the table's strings are no names of files
        return Code(frozenset(asks))
    named = {getattr(node, field, None) for node in nodes for field in ("attr", "name", "module")}
    if named & STARTERS or {node.id for node in nodes if isinstance(node, ast.Name)} & BUILT_IN:
        asks.add(LIBRARY)
    remarks = {node.value for node in nodes if isinstance(node, ast.Expr)}
    strings = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
               and node not in remarks}
    return Code(frozenset(asks), frozenset(strings))


def what_runs(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `tree`, but for what only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from (below for part in node.orelse for below in (part, *what_runs(part)))
        else:
            yield node
            yield from what_runs(node)


def asked_by(node: ast.AST, package: str) -> Iterator[str]:
    """What one node asks of the library."""
    names: list[str] = []
    if isinstance(node, ast.Import):  # without "as" the whole library is at hand
        names = [name.name if name.asname else name.name.partition(".")[0] for name in node.names]
    elif isinstance(node, ast.ImportFrom):
        module = resolve_name("." * node.level + (node.module or ""), package)
        names = [f"{module}.{name.name}" for name in node.names]
    yield from (name for name in names if name.partition(".")[0] == LIBRARY)


@cache
def library_files(root: Path) -> tuple[Path, ...]:
    """Everything in the library that code may run or read."""
    return tuple(path for path in sorted((root / LIBRARY).rglob("*"))
                 if path.is_file() and "__pycache__" not in path.parts and path.name != "py.typed")


@cache
def file_code(path: Path, root: Path) -> Code:
    """What a file of the library says, read once a build (``forget`` ends that)."""
    package = ".".join(path.parent.relative_to(root).parts)
    return read_code(path.read_text(encoding="utf-8"), package, path.name == "__init__.py")


@cache
def homes(root: Path) -> tuple[dict[str, set[Path]], dict[str, str]]:
    """The files that a dotted name stands for (a room is all of its files), and what the doors' names are elsewhere."""
    files: dict[str, set[Path]] = {}
    elsewhere: dict[str, str] = {}
    every = [path for path in library_files(root) if path.suffix == ".py"]
    for path in every:
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        room = module.removesuffix(".__init__")
        files[room] = {path} if room == module else {below for below in every if below.is_relative_to(path.parent)}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if room != module else ():
            if made := getattr(node, "name", None) or isinstance(node, ast.Name) and node.id:
                files.setdefault(f"{room}.{made}", {path})  # by the door itself, as __version__ is
            if isinstance(node, ast.Dict):  # {"a file": "names that it gives"}
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        elsewhere |= {f"{room}.{name}": f"{room}.{key.value}.{name}"
                                      for name in value.value.split() if name != key.value}
    return files, elsewhere


@cache
def naming(name: str, root: Path) -> set[Path]:
    """The modules that have a file's name in a string."""
    return {path for path in library_files(root) if path.suffix == ".py"
            and any(name in string for string in file_code(path, root).strings)}


def forget() -> None:
    """Let every file be read anew."""
    for remembered in (file_code, library_files, homes, naming):
        remembered.cache_clear()


def follow(ask: str, root: Path) -> set[Path]:
    """The files that a name lives in, and the doors above them."""
    files, elsewhere = homes(root)
    while ask in elsewhere:
        ask = elsewhere[ask]
    while ask not in files:
        ask = ask.rpartition(".")[0]
    return files[ask] | {root.joinpath(*ask.split(".")[:i], "__init__.py") for i in range(1, ask.count(".") + 1)}


def reached_files(cells: list[str], root: Path) -> list[Path]:
    """The library's files that `cells` may run or read, in order of their names.

    A file that is no module counts where its name stands in the code that is reached, and everywhere
    where it stands in no code at all.
    """
    waiting = {ask for cell in cells for ask in read_code(cell).asks}
    seen: set[str] = set()
    files: set[Path] = set()
    while waiting - seen:
        ask = min(waiting - seen)
        seen.add(ask)
        new = follow(ask, root) - files
        files |= new
        waiting |= {more for path in new for more in file_code(path, root).asks}
    for beside in (path for path in library_files(root) if files and path.suffix != ".py"):
        if not (named_in := naming(beside.name, root)) or named_in & files:
            files.add(beside)
    return sorted(files)
