"""The template as text: what ``python -m mnist_lib challenge --template my_net.py`` writes."""

from __future__ import annotations

from pathlib import Path


def template() -> str:
    """The source of a network to fill in."""
    return (Path(__file__).parent / "blank_network.py").read_text(encoding="utf-8")
