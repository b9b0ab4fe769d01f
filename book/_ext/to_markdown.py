"""A page's resolved tree as plain Markdown, with its code cells in their places.

Sphinx has resolved everything by then: numbers, titles, citations, glue. What is left is a tree
of docutils nodes, and each kind has one small method here that returns its Markdown: a string for
what stands in a line, a list of blocks for what stands by itself. It is Markdown that Jupyter,
Colab and GitHub all read, with ``$…$`` for formulas. A kind of node without a method raises
``NoMarkdown``, so that nothing is left out in silence.

A subclass of sphinx-markdown-builder's translator (0.6.11 was tried) would not be clearly shorter: exercises,
solutions, cards, folded boxes, formulas' numbers and escaped dollar signs would all still be written here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape as escape_html
from urllib.parse import quote

from docutils import nodes

Block = str | int  # Markdown, or the index of a code cell that stands here
SILENT = {"index", "target", "comment", "substitution_definition", "meta", "colspec", "toctree", "system_message",
          "tabular_col_spec", "title", "docinfo", "caption"}
MARKED = {"emphasis": "*", "title_reference": "*", "strong": "**"}  # in a line
PASSED_ON = {"inline", "PassthroughTextElement", "generated", "pending_xref", "abbreviation", "document", "compound",
             "tgroup", "HideCodeCellNode", "list_item", "quiz_question"}  # as what is in it
BOXES = {"predict": "Predict first", **{name: name.capitalize() for name in (
    "attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip", "warning")}}


class Caption(str):
    """The caption of a figure, which stays with the cell above it."""


class NoMarkdown(ValueError):
    """A kind of node that has no method in this file."""


@dataclass
class Markdown:
    """Makes the Markdown of one page.

    ``link`` turns an address as the page has it, relative or not, into one that holds in the
    notebook; ``picture`` does so for an image's name. ``numbers`` holds, for each kind of thing
    that is numbered, the words for the number of each anchor: ``{"figure": {"fig-a": "Fig. 1"}}``.
    """

    link: Callable[[str], str]
    picture: Callable[[str], str]
    numbers: dict[str, dict[str, str]]

    def blocks(self, node: nodes.Node, level: int = 1) -> list[Block]:
        """The blocks of all children of `node`; ``level`` is that of the headings among them."""
        found: list[Block] = []
        line: list[nodes.Node] = []  # text that stands between blocks, without a paragraph
        for child in [*node.children, None]:
            if isinstance(child, (nodes.Inline, nodes.Text)) and not isinstance(child, (nodes.image, nodes.raw)):
                line.append(child)
                continue
            if line:
                text = "".join(map(self.inline, line)).strip()
                found += [text] if text else []
                line = []
            if child is not None:
                found += self.block(child, level)
        return found

    def block(self, node: nodes.Node, level: int = 1) -> list[Block]:
        """The blocks of one node that stands by itself; what only has a form for a line stands there as it does."""
        name = type(node).__name__
        if name in SILENT:
            return []
        if name in BOXES:
            return self._box(BOXES[name], self.blocks(node, level))
        if method := getattr(self, f"_block_{name}", None):
            return method(node, level)
        if name in PASSED_ON and not isinstance(node, nodes.TextElement):
            return self.blocks(node, level)
        return [text] if (text := self.inline(node).strip()) else []

    def inline(self, node: nodes.Node) -> str:
        """The Markdown of one node that stands in a line."""
        if isinstance(node, nodes.Text):
            return escape(re.sub(r"\s+", " ", node.astext()))
        name = type(node).__name__
        if name in SILENT:
            return ""
        if name in MARKED:
            return wrap(MARKED[name], self._inside(node))
        if name in PASSED_ON or isinstance(node, nodes.paragraph):
            return self._inside(node)
        method = getattr(self, f"_inline_{name}", None)
        if method is None:
            raise NoMarkdown(f"there is no Markdown for a {name!r}: give it a method in book/_ext/to_markdown.py")
        return method(node)

    def _inside(self, node):
        return "".join(map(self.inline, node.children))

    def line(self, node: nodes.Node) -> str:
        """All children of `node` in one line."""
        return self._inside(node).strip()

    # what stands in a line

    def _inline_literal(self, node):
        return code(node.astext())

    def _inline_math(self, node):
        return f"${node.astext().strip()}$"

    def _inline_image(self, node):
        return f"![{escape(node.get('alt', ''))}]({self.picture(node['uri'])})"

    def _inline_raw(self, node):
        if "html" not in node.get("format", ""):
            return ""
        return "<br>" if node.astext().strip() in ("<br />", "<br>") else node.astext()

    def _inline_reference(self, node):
        address = node.get("refuri") or "#" + node.get("refid", "")
        text = self.line(node)
        if node.get("refuri") and escape(node["refuri"]) == text:
            return f"<{node['refuri']}>"
        return f"[{text}]({to_address(self.link(address))})"

    _inline_number_reference = _inline_reference

    # what stands by itself

    def _block_paragraph(self, node, level):
        text = self.line(node)
        return [at_start(text)] if text else []

    def _block_section(self, node, level):
        title = next(iter(node.findall(nodes.title)), None)
        heading = ["#" * min(level, 6) + " " + self.line(title)] if title is not None else []
        return heading + self.blocks(node, level + 1)

    def _block_block_quote(self, node, level):
        return quoted(self.blocks(node, level))

    _block_sidebar = _block_block_quote

    def _block_literal_block(self, node, level):
        language = node.get("language", "")
        language = {"ipython3": "python", "ipython": "python", "none": "", "default": "", "myst-ansi": ""}.get(
            language, language)
        return [fenced(node.astext(), language)]

    def _block_math_block(self, node, level):
        formula = re.sub(r"\n\s*\n", "\n", node.astext().strip())
        number = rf" \tag{{{node['number']}}}" if node.get("number") else ""
        if "\\\\" in formula and not formula.startswith("\\begin"):
            formula = f"\\begin{{split}}\n{formula}\n\\end{{split}}"
        return [f"$$\n{formula}{number}\n$$"]

    def _block_raw(self, node, level):
        text = re.sub(r"\n\s*\n", "\n", node.astext().strip())  # a blank line would end it
        return [text] if "html" in node.get("format", "") and text and "<script" not in text else []

    def _block_figure(self, node, level):
        return [block for child in node.children for block in (
            [self._caption(node, child, "figure")] if isinstance(child, nodes.caption) else self.block(child, level))]

    def _block_touch_figure(self, node, level):
        """A figure that answers back: its still picture, and the way to where it does."""
        picture = f"![{escape(node['words'])}]({to_address(self.link(node['still']))})"
        live = f"[This figure answers back on the page.]({to_address(self.link('#' + node['anchor']))})"
        return [picture, *self.blocks(node, level), live]

    def _caption(self, node, caption, kind):
        number = next((self.numbers.get(kind, {}).get(anchor) for anchor in node["ids"]
                       if anchor in self.numbers.get(kind, {})), "")
        return " ".join(filter(None, [wrap("**", number), self.line(caption)]))

    def _block_bullet_list(self, node, level):
        def mark(i):
            return f"{node.get('start', 1) + i}. " if isinstance(node, nodes.enumerated_list) else "- "

        items = []
        for i, item in enumerate(node.children):
            found = only_text(self.blocks(item, level))
            blank = "\n" if len(found) == 2 and found[1].lstrip().startswith(("- ", "1. ")) else "\n\n"
            text = blank.join(found)
            indent = " " * len(mark(i))
            items.append(mark(i) + re.sub(r"\n(?!\n)", "\n" + indent, text).replace(f"\n{indent}\n", "\n\n"))
        loose = any("\n\n" in item for item in items)
        return [("\n\n" if loose else "\n").join(items)]

    _block_enumerated_list = _block_bullet_list

    def _block_definition_list(self, node, level):
        found = []
        for item in node.children:
            terms = ", ".join(wrap("**", self.line(t)) for t in item.children if isinstance(t, nodes.term))
            body = [b for d in item.children if isinstance(d, nodes.definition) for b in self.blocks(d, level)]
            found += [terms, *quoted(only_text(body))]
        return found

    def _block_table(self, node, level):
        rows = [[self._table_cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        return ["\n".join("| " + " | ".join(row) + " |" for row in rows)]

    def _table_cell(self, entry):
        lines = [re.sub(r"\s*\n\s*", " ", block) for block in only_text(self.blocks(entry))]
        line = re.sub(r"(?<!\\)\$[^$]+\$", lambda formula: formula[0].replace("|", r"\vert "), "<br>".join(lines))
        return line.replace("|", r"\|")

    # boxes, exercises, and what can be opened

    def _box(self, title, blocks):
        return quoted([wrap("**", title), *blocks])

    def _titled(self, node, level):
        """The title of a box, and the blocks below it."""
        title = node.children[0] if node.children and isinstance(node.children[0], nodes.title) else None
        return (self.line(title) if title is not None else ""), self.blocks(node, level)

    def _block_admonition(self, node, level):
        title, blocks = self._titled(node, level)
        return self._box(title, blocks)

    def _block_exercise_node(self, node, level):
        title, blocks = self._titled(node, level)
        number = next((self.numbers.get("exercise", {}).get(anchor) for anchor in node["ids"]
                       if anchor in self.numbers.get("exercise", {})), "Exercise")
        title = title if title.startswith(number) else number + (" " + title if title else "")
        cells = [wrap("**", title), *blocks]
        return cells if any(isinstance(b, int) for b in blocks) else quoted(cells)

    _block_exercise_enumerable_node = _block_exercise_node

    def _block_solution_node(self, node, level):
        title = " ".join(child.astext() for child in node.children if isinstance(child, nodes.title))
        body = [block for child in node.children for block in self._shown(child, level)]
        return folded(title or "Solution", body)

    def _shown(self, node, level):
        """As ``block``, but with code cells as they look rather than as cells: to be folded away."""
        if is_cell(node):
            return self.blocks(node, level)
        if any(node.findall(is_cell)):
            return [shown for child in node.children for shown in self._shown(child, level)]
        return self.block(node, level)

    def _block_predict_evidence(self, node, level):
        """The answer folded, and all of the evidence with it where no cell is among it."""
        shown = self.blocks(node, level)
        if any(isinstance(block, int) for block in shown):  # a cell can't be folded away; its outputs are hidden
            count = len(node.children) and "predict-answer" in node.children[0].get("classes", [])
            return (folded("Just show me", shown[:1]) if count else []) + shown[count:]
        return folded("Just show me", shown)

    def _block_quiz(self, node, level):
        found = [wrap("**", "Check yourself")]
        for number, question in enumerate(node.children, 1):
            text, *more = only_text(self.blocks(question, level))
            found += [f"{number}. {text}", *more]
        return found

    def _block_quiz_choice(self, node, level):
        said, *remark = self.blocks(node, level)
        return folded(said, remark)

    # containers: cells of code, cards, tabs

    def _block_container(self, node, level):
        if is_cell(node):
            captions = [Caption(self._caption(figure, caption, "figure")) for figure in node.findall(nodes.figure)
                        for caption in figure.children if isinstance(caption, nodes.caption)]
            return [node["cell_index"], *captions]
        if node.get("design_component") == "card-title":
            return [wrap("**", self.line(node))]
        if "literal-block-wrapper" in node["classes"]:
            caption = next(iter(node.findall(nodes.caption)), None)
            return ([self._caption(node, caption, "code-block")] if caption else []) + self.blocks(node, level)
        return self.blocks(node, level)


def is_cell(node) -> bool:
    """Whether a node is a whole code cell, source and outputs."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def only_text(blocks: list[Block]) -> list[str]:
    """The blocks, none of which may be a code cell: a cell cannot stand in a list, a table or a box."""
    if any(isinstance(block, int) for block in blocks):
        raise NoMarkdown("a code cell stands inside a list, a table, a box or something folded")
    return blocks


def escape(text: str) -> str:
    """Text that Markdown shows as it is: a sign that would mean something gets a backslash."""
    text = re.sub(r"\\(?=[!-/:-@\[-`{-~])", r"\\\\", text)
    text = re.sub(r"[*`$]|(?<!\w)_|_(?!\w)|~~|\](?=[(\[:])", lambda sign: "\\" + sign[0], text)
    text = re.sub(r"&(?=#?\w+;)", "&amp;", text)
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)


def at_start(text: str) -> str:
    """A paragraph whose first signs do not make it a heading, a list or a quotation."""
    text = re.sub(r"^(?=(#{1,6}|[-+]|=+|-+)(\s|$)|>|:::|\+\+\+|%)", r"\\", text)
    return re.sub(r"^(\d+)([.)])(?=\s)", r"\1\\\2", text)


def wrap(marks: str, text: str) -> str:
    """Text between marks, with the spaces outside; nothing where there is no text."""
    inner = text.strip()
    if not inner:
        return ""
    return text[:len(text) - len(text.lstrip())] + marks + inner + marks + text[len(text.rstrip()):]


def code(text: str) -> str:
    """Code in a line, whatever backticks are in it."""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return ticks + pad + re.sub(r"\s*\n\s*", " ", text) + pad + ticks


def fenced(text: str, language: str = "") -> str:
    """A block of code, whatever fences are in it."""
    fence = "`" * max(3, max(map(len, re.findall("`{3,}", text)), default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def quoted(blocks: list[Block]) -> list[Block]:
    """Blocks as one quotation."""
    text = "\n\n".join(only_text([block for block in blocks if block != ""]))
    return ["\n".join(("> " + line).rstrip() for line in text.split("\n"))] if text else []


def folded(title: str, blocks: list[Block]) -> list[Block]:
    """Blocks that open when their title is chosen."""
    plain = re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", title)
    summary = f"<details>\n<summary>{escape_html(plain, quote=False)}</summary>"
    return ["\n\n".join([summary, *only_text(blocks), "</details>"])]


def to_address(address: str) -> str:
    """An address that may stand between the brackets of a link."""
    return quote(address, safe="!#$%&'*+,/:;=?@[]~-._")
