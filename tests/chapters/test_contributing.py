"""The recipes of ``book/reference/contributing.md``, followed to the letter.

The step is in ``test_teaching.py``, the figure that answers back in ``tests/site/test_recipe.py``.
"""

import re
import subprocess
import sys

from mnist_lib import commands
from mnist_lib.studies import studies
from tests import ROOT
from tests.chapters.prose import parser, split_options

PAGE = ROOT / "book/reference/contributing.md"


def blocks(recipe: str) -> dict[str, str]:
    """The named code blocks of a recipe, ``recipe-<recipe>-…``, in order."""
    found = {}
    for token in parser().parse(PAGE.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info.startswith("{code-block}"):
            options, body, _ = split_options(token.content)
            if options.get("name", "").startswith(f"recipe-{recipe}-"):
                found[options["name"].removeprefix(f"recipe-{recipe}-")] = body.lstrip("\n") + "\n"
    return found


def test_the_rule_is_right_needed_and_checked():
    """Without it the operation is measured, with it the table is exact, and the check finds one that is wrong."""
    parts = blocks("rule")
    assert list(parts) == ["operation", "rule", "check"]
    wrong = parts["rule"].replace("t[..., ::2]", "t[..., : (t.shape[-1] + 1) // 2]")
    assert wrong != parts["rule"]
    steps = [parts["operation"], parts["check"], parts["rule"], parts["check"], "print(table.at('1').j_out)\n", wrong,
             parts["check"]]
    done = subprocess.run([sys.executable, "-c", "".join(steps)], cwd=ROOT, capture_output=True, text=True)
    rows = [line for line in done.stdout.splitlines() if line.startswith(("thin", "(1, 2)"))]
    assert [row.endswith("measured") for row in rows] == [True, False, False, False], done.stdout + done.stderr
    assert rows[2] == "(1, 2)" and done.returncode == 1 and done.stderr.endswith("AssertionError\n"), done.stderr


def test_the_map_shows_the_rooms_there_are():
    text = PAGE.read_text(encoding="utf-8")
    drawn = set(re.findall(r'font-weight="600">(\w+)</text>', text))
    listed = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    rooms = {path.name for path in (ROOT / "mnist_lib").iterdir() if (path / "__init__.py").exists()}
    assert drawn == rooms and listed == rooms


def test_the_table_names_the_studies_there_are():
    row = re.search(r"^\| `studies` \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", row)) == set(studies())


def test_the_commands_are_all_there():
    """One file a command of no study, and what the doors of the studies name."""
    files = {path.stem for path in (ROOT / "mnist_lib/commands").glob("*.py")} - {"__init__", "find_network"}
    of_studies = {name for door in studies().values() for name in getattr(door, "COMMANDS", {})}
    every = [*files, *of_studies]
    assert sorted(every) == sorted(commands.COMMANDS) and len(of_studies) > 2
    assert all(hasattr(commands.command(name), "run") for name in every)
