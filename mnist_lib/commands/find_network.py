"""The network, or the steps, that a name on the command line stands for: see ``mnist_lib.reading``."""

from __future__ import annotations


def find_network(name: str):
    """The network of a name, and the image size it is made for (None if it does not say).

    Raises ValueError, with what to do next, where there is no such network or it cannot be built.
    """
    import torch

    from ..reading import build, read

    found = read(name)
    ready = isinstance(found.value, (torch.nn.Module, list, tuple)) or (
        hasattr(found.value, "layers") and not callable(found.value))
    network = found.value if ready else build(found)
    if not ready and not isinstance(network, (torch.nn.Module, list)):
        raise ValueError(f"{name}() returned {type(network).__name__}, not a torch module")
    return network, (getattr(network, "input_size", None) or getattr(found.value, "input_size", None)
                     or (found.names["input_size"] if found.of_the_book else None))


def steps_of(names: list[str]) -> list[str]:
    """The steps that names of steps and paths stand for; ValueError has the nearest names there are."""
    from ..experiments import ALL_PATHS, all_experiments, experiment, unknown

    every = all_experiments()
    groups = {e.path: [each for each in every.values() if each.path == e.path] for e in every.values()} | ALL_PATHS
    for part in names:
        if part not in groups and part not in every:
            raise ValueError(unknown("experiment", part, [*groups, *every]))
    return [name for part in names
            for name in ([e.name for e in groups[part]] if part in groups else [experiment(part).name])]
