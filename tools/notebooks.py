"""Turn every chapter with code into a notebook, under the same path in ``_build/notebooks``.

    python tools/notebooks.py            # what `make notebooks` runs
"""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parent.parent


def chapters(root: Path) -> list[Path]:
    """The book's pages that have a kernel and at least one code cell."""
    return [path for path in sorted((root / "book").rglob("*.md"))
            if not path.relative_to(root / "book").parts[0].startswith("_")
            and "{code-cell}" in path.read_text(encoding="utf-8")]


def convert(root: Path) -> list[Path]:
    """Write a notebook for each chapter; returns their paths."""
    written = []
    for chapter in chapters(root):
        target = root / "_build" / "notebooks" / chapter.relative_to(root).with_suffix(".ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        jupytext.write(jupytext.read(chapter), target)
        written.append(target)
    return written


if __name__ == "__main__":
    notebooks = convert(ROOT)
    print(f"{len(notebooks)} notebooks are in {ROOT / '_build' / 'notebooks'}")
    sys.exit(0 if notebooks else 1)
