"""The page as text, as a file, and in a notebook."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from ...files import write_atomically
from .contents import contents

HERE = Path(__file__).parent
SCRIPTS = ("dom", "windows", "model", "layers", "nesting", "ways", "paths", "pictures", "map", "graph", "facts",
           "rows", "page")  # each stands on those before it


@dataclass(frozen=True)
class Explorer:
    """A page: ``html`` is all of it. A notebook shows it in a frame; ``save`` writes it."""

    html: str = field(repr=False)
    title: str

    def _repr_html_(self) -> str:
        return (f'<iframe class="field-explorer" title="Receptive fields of {escape(self.title)}" '
                f'style="width:100%;height:760px;border:1px solid #8888" srcdoc="{escape(self.html)}"></iframe>')

    def save(self, file) -> Path:
        """Write the page; returns where. Raises ValueError where something other than a file stands there, OSError."""
        write_atomically(file, self.html.encode())
        return Path(file)


def explore(table, network=None, images=None, layers=None) -> Explorer:
    """The page of a table; with the network also effective fields (see ``Table.explore``)."""
    from .effective import measured, picture

    effective = {} if network is None else measured(table, network, images, layers)
    told = contents(table, effective, "" if images is None else picture(images, table))
    return Explorer(page(told), table.title)


def page(told: dict) -> str:
    """One HTML file of the page's data, its scripts and its styles."""
    data = json.dumps(told, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":  # nothing in a name can end the script or be taken for more than text
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    parts = {"title": escape(f"Receptive fields of {told['title']}"), "data": data,
             "style": (HERE / "explorer.css").read_text(encoding="utf-8"),
             "scripts": "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)}
    frame = (HERE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], frame)
