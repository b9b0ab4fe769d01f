"""A page with a question of each kind and a check, as the book builds it: what tests of both open."""

from __future__ import annotations

import io
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tests import ROOT

HEAD = """---
file_format: mystnb
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Page

```{code-cell}
:tags: [remove-cell]
from myst_nb import glue
glue("seeds", [98.31, 98.80, 98.55], display=False)
glue("many", 6379786, display=False)
glue("which", "it falls", display=False)
glue("mid", 12, display=False)
```

"""
PAGE = HEAD + """
```{predict} end
:kind: number
:answer: seeds
:unit: %
:says: The three seeds say

Where does it **end**?
```

The evidence.

```{code-cell}
print("an output")
```

```{predict-end}
```

Between.

```{predict} size
:kind: slider
:answer: many
:unit: parameters
:min: 1000
:max: 100000000
:step: 1000

How many?
```

Layer by layer.

```{predict-end}
```

```{predict} way
:kind: choice
:answer: which
:says: The records say

What does the loss do?

- It rises.
- It falls.
- It stays where *it* was.
```

It falls because of this.

```{predict-end}
```

```{predict} steps
:kind: slider
:answer: mid
:min: 0
:max: 20
:step: 0.5

How many?
```

So many.

```{predict-end}
```

```{predict} pictures
:kind: look

Say what you see, then look.
```

What others saw.

```{code-cell}
print("their votes")
```

```{predict-end}
```

## A check

```{quiz} end
1. How *many*?

   - (x) {glue:text}`mid`

     Twelve.
   - ( ) eleven

     Off by one.
2. How *many*?

   - (x) {glue:text}`mid`

     Twelve.
   - ( ) eleven

     Off by one.
3. How *many*?

   - (x) {glue:text}`mid`

     Twelve.
   - ( ) eleven

     Off by one.
```
"""
# The book's ground, which its own theme gives.
GROUND = "<style>body, .document, .body { background: var(--paper) !important }</style></head>"


def built(root: Path, text: str, **settings) -> str:
    """Build a page of this text; what the build warns of."""
    (root / "page.md").write_text(text)
    (root / "requirements.txt").write_text("torch==2.13.0\n")
    said = io.StringIO()
    with patch_docutils(), docutils_namespace():
        Sphinx(root, None, root / "_build/html", root / "_build/.doctrees", "html", {
            "extensions": ["myst_nb", "predict", "quiz"], "master_doc": "page", "html_theme": "basic", **settings},
            status=None, warning=said).build()
    return said.getvalue()


def write_site(root: Path) -> None:
    """Build the page with the book's scripts and sheet, and its notebook."""
    (root / "book").mkdir()
    (root / "book/_static").symlink_to(ROOT / "book/_static")
    warned = built(root, PAGE, nb_execution_mode="cache", html_title="The book", html_static_path=["book/_static"],
                   html_css_files=["site/look.css"], exclude_patterns=["_build", "book"],
                   extensions=["myst_nb", "reexecute", "repository", "notebooks", "predict", "quiz", "learning"])
    assert not warned, warned
    path = root / "_build/html/page.html"
    path.write_text(path.read_text().replace("<html", '<html data-theme="light"', 1)
                    .replace('<div class="body"', '<div class="body bd-article"').replace("</head>", GROUND))
