"""The code cells of a chapter as cells of its notebook: outputs kept, tags obeyed, glue left out.

On a page, ``glue`` carries a number from the code into a sentence. In the notebook the sentence
has its number already, and ``myst_nb`` is not there to be imported. So every statement that only
glues is cut out of the code, and a cell that the page does not show keeps what later cells need.
"""

import ast
import base64

SKIP = "skip-execution"
SKIP_LINE = "%%later  This cell trains, and takes its time: delete this line to run it.\n"
HIDDEN_SOURCE = {"remove-cell", "remove_cell", "hide-cell", "remove-input", "remove_input", "hide-input"}
HIDDEN_OUTPUT = {"hide-cell", "hide-output"}
NO_OUTPUT = {"remove-cell", "remove_cell", "remove-output", "remove_output"}


def notebook_cell(cell, later: str = "", veiled: bool = False) -> dict | None:
    """A cell as the notebook has it; None where nothing of it is needed there.

    ``later`` is the code of all cells behind it: what a removed cell computes only for the page's
    sentences is used nowhere in it, and goes. ``veiled`` outputs are there but hidden: the reader predicts first.
    """
    tags = set(cell.metadata.get("tags", []))
    source = without_glue(cell.source)
    if not source.strip() or tags & {"remove-cell", "remove_cell"} and is_unused(source, later):
        return None
    metadata: dict = {}
    if kept := sorted(tags & {"hide-input", "hide-output", "hide-cell", "remove-input", SKIP}):
        metadata["tags"] = kept
    if tags & HIDDEN_SOURCE:
        metadata["jupyter"] = {"source_hidden": True}
        metadata["cellView"] = "form"  # as Colab calls it
    if tags & HIDDEN_OUTPUT or veiled:
        metadata.setdefault("jupyter", {})["outputs_hidden"] = True
    if SKIP in tags:
        source = SKIP_LINE + source
    outputs = [] if tags & (NO_OUTPUT | {SKIP}) else notebook_outputs(cell.outputs)
    return {"cell_type": "code", "execution_count": cell.execution_count if outputs else None,
            "metadata": metadata, "outputs": outputs, "source": source}


def notebook_outputs(outputs) -> list[dict]:
    """All outputs of a cell; what was printed in a row is one."""
    kept: list[dict] = []
    for output in filter(None, map(notebook_output, outputs)):
        if kept and output["output_type"] == kept[-1]["output_type"] == "stream":
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def notebook_output(output) -> dict | None:
    """An output in the forms that every program for notebooks shows, trusted or not.

    Jupyter shows no SVG of a notebook that it did not run itself: the PNG beside it stays, or the
    drawing goes into an ``<img>``.
    """
    output = dict(output)
    if output["output_type"] == "stream":
        return output if output["name"] == "stdout" else None
    if output["output_type"] == "error":
        return output
    data = {mime: value for mime, value in output["data"].items() if not mime.startswith("application/papermill")}
    drawing = data.pop("image/svg+xml", None)
    if drawing and "image/png" not in data and "text/html" not in data:
        coded = base64.b64encode(drawing.encode()).decode()
        data["text/html"] = f'<img alt="" src="data:image/svg+xml;base64,{coded}">'
    if not data:
        return None
    return {**output, "data": data, "metadata": dict(output.get("metadata", {}))}


def parsed(source: str) -> ast.Module | None:
    """The tree of `source`; None where it has a magic or a shell line."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def without_glue(source: str) -> str:
    """`source` without the statements that import or only call ``glue``."""
    tree = parsed(source) if "glue" in source else None
    return source if tree is None else cut(source, [node for node in tree.body if only_glues(node)])


def only_glues(node: ast.stmt) -> bool:
    """Whether a statement does nothing but carry values to the page."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "myst_nb" and [name.name for name in node.names] == ["glue"]
    if isinstance(node, ast.Expr):
        call = node.value
        return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "glue"
    if isinstance(node, (ast.For, ast.If, ast.With)):
        return all(map(only_glues, [*node.body, *getattr(node, "orelse", [])]))
    return False


def is_unused(source: str, later: str) -> bool:
    """Whether a cell only imports, defines or assigns what nothing behind it uses."""
    trees = parsed(source), parsed(later)
    if None in trees:
        return False
    used = {node.id for node in ast.walk(trees[1]) if isinstance(node, ast.Name)}
    for node in ast.walk(trees[0]):
        stored = isinstance(getattr(node, "ctx", None), ast.Store)
        if isinstance(node, (ast.Expr, ast.Assert)) or stored and isinstance(node, (ast.Attribute, ast.Subscript)):
            return False
        given = stored and getattr(node, "id", "") or getattr(node, "asname", "") or getattr(node, "name", "")
        if given and given.partition(".")[0] in used:
            return False
    return True


def cut(source: str, unwanted: list[ast.stmt]) -> str:
    """`source` without the lines of some statements, and without the gaps they would leave."""
    if not unwanted:
        return source
    gone = {number for node in unwanted for number in range(node.lineno, node.end_lineno + 1)}
    kept: list[str] = []
    for number, line in enumerate(source.splitlines(), 1):
        if number not in gone and (line.strip() or (kept and kept[-1].strip())):
            kept.append(line)
    return "\n".join(kept).strip("\n")
