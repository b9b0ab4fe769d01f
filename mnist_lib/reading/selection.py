"""What of a notebook, or of a script that trains, a network needs: imports, definitions, and cheap assignments.

Told from the code alone: what opens a data set, loads data, trains, loops or shows is not executed.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator

from .source import Piece

DATA = frozenset(
    "MNIST FashionMNIST KMNIST EMNIST QMNIST CIFAR10 CIFAR100 ImageFolder DataLoader random_split load_dataset "
    "fetch_openml urlretrieve urlopen download download_url mount upload input".split())
TRAINING = frozenset("backward fit challenge live".split())
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
ALWAYS = (*DEFINITIONS, ast.Import, ast.ImportFrom)
PARTS = ("body", "orelse", "finalbody", "handlers")
CHANGES = ("append", "extend", "insert", "update")


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """What is executed with a node: not the bodies of the functions and classes that it defines."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield from inside(child)


def called(nodes: Iterable[ast.AST]) -> set[str]:
    """The last names of all that is called: ``datasets.MNIST(…)`` calls MNIST."""
    return {getattr(n.func, "attr", getattr(n.func, "id", "")) for n in nodes if isinstance(n, ast.Call)}


def used(node: ast.AST) -> set[str]:
    """The names that a statement reads, at once or when what it defines is called."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def bound(node: ast.AST) -> set[str]:
    """The names that a statement gives a value."""
    names = {(alias.asname or alias.name).partition(".")[0] for n in inside(node)
             if isinstance(n, (ast.Import, ast.ImportFrom)) for alias in n.names}
    return names | {n.id for n in inside(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | (
        {node.name} if isinstance(node, DEFINITIONS) else set())


def costs(pieces: Iterable[Piece]) -> frozenset[str]:
    """The names whose call opens data or trains: those known, and the functions here that call them."""
    functions: dict[str, set] = {}
    for piece in pieces:
        for each in ast.walk(piece.node):
            if isinstance(each, FUNCTIONS) and not each.name.startswith("__") and each.name != "forward":
                functions.setdefault(each.name, set()).update(called(ast.walk(each)))
    costly = DATA | TRAINING
    while more := {name for name, calls in functions.items() if name not in costly and calls & costly}:
        costly |= more
    return costly


def heavy(node: ast.AST, costly: frozenset[str]) -> bool:
    """Whether executing a statement would open data or train."""
    return not isinstance(node, DEFINITIONS) and not _is_main(node) and bool(called(inside(node)) & costly)


def light(node: ast.AST, costly: frozenset[str]) -> ast.AST | None:
    """The statement as far as it is executed: whole, a ``try`` or ``if`` without what is heavy, or None."""
    if isinstance(node, ALWAYS):
        return node
    if isinstance(node, (ast.If, ast.Try, ast.ExceptHandler)):
        if _is_main(node):
            return None
        changed, kept = copy.copy(node), False
        for name in PARTS:
            rows = [each for row in getattr(node, name, []) if (each := light(row, costly)) is not None]
            kept |= bool(rows) and name != "handlers"
            if hasattr(node, name):
                setattr(changed, name, rows or ([ast.Pass(lineno=node.lineno, col_offset=0)] if name == "body" else []))
        return changed if kept or isinstance(node, ast.ExceptHandler) else None
    if isinstance(node, ast.Expr):
        call = node.value.func if isinstance(node.value, ast.Call) else None
        return node if isinstance(call, ast.Attribute) and call.attr in CHANGES and not heavy(node, costly) else None
    return node if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and not heavy(node, costly) else None


def _is_main(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in used(node.test)


def calls_of(pieces: Iterable[Piece], name: str) -> list[ast.Call]:
    """The calls of a class outside of classes, in order: ``model = Net("BN").to(device)``."""
    return [n for p in pieces if not isinstance(p.node, ast.ClassDef) for n in ast.walk(p.node)
            if isinstance(n, ast.Call) and getattr(n.func, "id", None) == name]


def trained(pieces: Iterable[Piece], classes: Iterable[str]) -> str:
    """The class whose network's parameters are the last that something is given: ``SGD(model.parameters())``."""
    classes, of, last = set(classes), {}, ""
    for piece in pieces:
        if isinstance(piece.node, DEFINITIONS):
            continue
        for name in classes & {getattr(n.func, "id", None) for n in ast.walk(piece.node) if isinstance(n, ast.Call)}:
            of |= dict.fromkeys(bound(piece.node), name)
        for n in ast.walk(piece.node):
            if isinstance(n, ast.Attribute) and n.attr == "parameters" and isinstance(n.value, ast.Name):
                last = of.get(n.value.id, last)
    return last
