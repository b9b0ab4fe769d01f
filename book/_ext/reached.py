"""Which files of the library a piece of code reaches, told from its imports without running it.

An import leads to a file, a file to what it imports, and so on. The library's rooms are packages
whose ``__init__`` is a door: it gives out names that live in the room's files, from its table
(``{"calculator": "receptive_field rule"}``) or by importing what ``__all__`` lists. A name asked
of a door is followed to its file. Where that cannot be told the whole room is taken, and where
nothing can be told (``import mnist_lib``, a shell line, a program that is started) the whole library.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIBRARY = "mnist_lib"
LOADERS = {"importlib.import_module", "import_module", "__import__"}
STARTERS = {"os.system", "os.popen", "exec", ".system", ".run_line_magic", ".run_cell_magic"}  # may run anything, as
STARTING = {"subprocess", "runpy"}  # may what is imported from these, and from `os` or under another name:
RENAMED = {("os", "system"), ("os", "popen"), ("importlib", "import_module")}
Ask = tuple[str, "str | None"]  # a module, and the name that is wanted of it (None: the module itself)
EVERYTHING: Ask = (LIBRARY, None)


@dataclass(frozen=True)
class Code:
    """What a file or a cell says, comments, docstrings and layout aside."""

    asks: frozenset[Ask] = frozenset()
    names: frozenset[str] = frozenset()
    strings: frozenset[str] = frozenset()
    meaning: str = ""  # the same for two texts that do the same
    gives: tuple[tuple[str, Ask], ...] = ()  # of a door: a name, and where it lives


@cache
def read_code(text: str, package: str = "", door: bool = False) -> Code:
    """What `text` says, if it stands in a file of `package`, or in its ``__init__`` (a door)."""
    try:
        tree = without_docstrings(ast.parse(text))
    except SyntaxError:  # a magic or a shell line
        unclear = package or any(word in text for word in (LIBRARY, "!", "%%", "%run"))
        asks = frozenset([EVERYTHING] if unclear else [])
        return Code(asks, frozenset(["magic"]), frozenset([text]), text)
    nodes = list(ast.walk(tree))
    names = {getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None) for node in nodes}
    strings = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    asks = {ask for node in what_runs(tree) for ask in asked_by(node, package, door)}
    gives: dict[str, Ask] = {}
    if door:
        gives = given_out(tree, package)
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        asks -= {ask for name, ask in gives.items() if name not in used}
        strings = set()  # of its table and its list of names
    return Code(frozenset(asks), frozenset(filter(None, names)), frozenset(strings), ast.dump(tree),
                tuple(gives.items()))


def without_docstrings(tree: ast.AST) -> ast.AST:
    """The same tree without the strings that stand as a statement: nothing that runs sees them."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, field, [part for part in value if not is_a_remark(part)])
    return tree


def is_a_remark(node) -> bool:
    """Whether `node` is a docstring, or another string that stands by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def what_runs(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `tree`, but for what only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and dotted(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield from (below for part in node.orelse for below in (part, *what_runs(part)))
        else:
            yield node
            yield from what_runs(node)


def asked_by(node: ast.AST, package: str, door: bool) -> Iterator[Ask]:
    """What one node asks of the library."""
    if isinstance(node, ast.Import):
        for name in node.names:
            top = name.name.partition(".")[0]
            if top == LIBRARY and name.asname:
                yield (name.name, None)
            elif top == LIBRARY or top in STARTING:  # without "as" the whole library is at hand
                yield EVERYTHING
    elif isinstance(node, ast.ImportFrom):
        module = absolute("." * node.level + (node.module or ""), package)
        if module.partition(".")[0] == LIBRARY:
            yield from ((module, name.name) for name in node.names)
        elif module in STARTING or any((module, name.name) in RENAMED and (module == "os" or name.asname)
                                       for name in node.names):
            yield EVERYTHING
    elif isinstance(node, ast.Call) and dotted(node.func) in STARTERS:
        yield EVERYTHING
    elif isinstance(node, ast.Call) and dotted(node.func) in LOADERS:
        wanted = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        module = absolute(str(wanted or LIBRARY), package)
        if module.partition(".")[0] == LIBRARY and not (door and wanted is None):  # a door loads what its table says
            yield (module, None)


def dotted(node: ast.AST) -> str:
    """``os.system`` for that expression; nothing for what is no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def absolute(module: str, package: str) -> str:
    """``mnist_lib.rf.trace`` for ``.trace`` in the package ``mnist_lib.rf``."""
    name = module.lstrip(".")
    dots = len(module) - len(name)
    rooms = package.split(".")
    return ".".join(filter(None, [*rooms[:len(rooms) - dots + 1], name])) if dots else name


def given_out(tree: ast.AST, package: str) -> dict[str, Ask]:
    """The names that a door gives out, each with the module and the name that it stands for."""
    listed: set[str] = set()
    gives: dict[str, Ask] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == "__all__":
            listed = {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
        elif isinstance(node, ast.Dict):  # {"a file": "names that it gives"}
            for file, names in zip(node.keys, node.values, strict=True):
                if isinstance(file, ast.Constant) and isinstance(names, ast.Constant):
                    module = absolute(f".{file.value}", package)
                    gives |= {name: (module, None if name == file.value else name) for name in names.value.split()}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = absolute("." * node.level + (node.module or ""), package)
            gives |= {name.asname or name.name: (module, name.name) for name in node.names
                      if module.startswith(LIBRARY) and (name.asname or name.name) in listed}
    return gives


@cache
def file_code(path: Path, root: Path) -> Code:
    """What a file of the library says, read once a build (``forget`` ends that)."""
    package = ".".join(path.parent.relative_to(root).parts)
    return read_code(path.read_text(encoding="utf-8"), package, path.name == "__init__.py")


@cache
def library_files(root: Path) -> tuple[Path, ...]:
    """Everything in the library that code may run or read."""
    return tuple(path for path in sorted((root / LIBRARY).rglob("*"))
                 if path.is_file() and "__pycache__" not in path.parts and path.name != "py.typed")


def forget() -> None:
    """Let every file be read anew."""
    for remembered in (file_code, library_files, beside_the_code):
        remembered.cache_clear()


def file_of(module: str, root: Path) -> Path | None:
    """The file of a module, or of a room's door; None where there is neither."""
    place = root.joinpath(*module.split("."))
    return next(filter(Path.is_file, (place / "__init__.py", place.with_name(place.name + ".py"))), None)


def follow(ask: Ask, root: Path) -> tuple[set[Path], set[Ask]]:
    """The files that answer one question, and what they ask for in turn."""
    module, name = ask
    path = file_of(module, root)
    if path is None or ask == EVERYTHING:
        files = {path for path in library_files(root) if path.suffix == ".py"}
        return files, set()
    rooms = module.split(".")
    files = {door for door in (file_of(".".join(rooms[:i]), root) for i in range(1, len(rooms))) if door}
    asks = {ask for door in files for ask in file_code(door, root).asks}
    files.add(path)
    asks |= file_code(path, root).asks
    if path.name != "__init__.py":
        return files, asks
    said = file_code(path, root)
    if name is None:  # the room as a whole
        for inside in path.parent.rglob("*.py"):
            files.add(inside)
            asks |= file_code(inside, root).asks
    elif name in dict(said.gives):
        asks.add(dict(said.gives)[name])
    elif file_of(f"{module}.{name}", root):
        asks.add((f"{module}.{name}", None))
    elif name not in said.names:  # not made by the door itself either, as __version__ is
        asks.add((module, None))
    return files, asks


def reached_files(cells: list[str], root: Path) -> list[Path]:
    """The library's files that `cells` may run or read, in order of their names.

    A file that is no module counts where its name stands in the code that is reached, and everywhere
    where it stands in no code at all.
    """
    codes = [read_code(cell) for cell in cells]
    waiting = {ask for code in codes for ask in code.asks}
    seen: set[Ask] = set()
    files: set[Path] = set()
    while waiting:
        ask = waiting.pop()
        seen.add(ask)
        found, asks = follow(ask, root)
        files |= found
        waiting |= asks - seen
    if not files:
        return []
    files.update(beside for beside, named_in in beside_the_code(root) if not named_in or named_in & files)
    return sorted(files)


@cache
def beside_the_code(root: Path) -> list[tuple[Path, set[Path]]]:
    """Each file of the library that is no module, and the modules that have its name in a string."""
    strings = {path: "\0".join(file_code(path, root).strings) for path in library_files(root) if path.suffix == ".py"}
    return [(beside, {path for path, text in strings.items() if beside.name in text})
            for beside in library_files(root) if beside.suffix != ".py"]
