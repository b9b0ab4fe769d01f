"""How a network's attributes and containers are put back as they were (``snapshot.py``)."""

from __future__ import annotations

from collections import deque
from operator import is_not

CONTAINERS = (dict, list, set, deque, bytearray)


def has(module, name):
    return hasattr(module, "_c") and module._c.hasattr(name)


def put_script(module, name, value):
    try:
        module._c.setattr(name, value)
    except RuntimeError:  # a constant
        pass


def put(thing, name, value):
    try:
        if getattr(thing, name, None) is not value:
            setattr(thing, name, value)
    except (AttributeError, TypeError):  # frozen
        pass


def noting(generator, taken):
    for thing in generator:
        taken.append(thing)
        yield thing


def copied(container):
    """The content of a container of a class of its own, in the plain one."""
    kind = next(kind for kind in CONTAINERS if isinstance(container, kind))
    return kind(container.items() if kind is dict else container)


def refill(container, content):
    """Give a container its content back, if it changed."""
    if isinstance(container, dict):
        changed = len(container) != len(content) or list(container) != list(content) or any(
            map(is_not, container.values(), content.values()))
    elif isinstance(container, (set, bytearray)):
        changed = container != content
    else:
        changed = len(container) != len(content) or any(a is not b for a, b in zip(container, content))
    if not changed:
        return
    container.clear()
    container.update(content) if isinstance(container, (dict, set)) else container.extend(content)
