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


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_the_rule_is_right_and_its_steps_are_needed_knowledge():
    parts = blocks("rule")
    assert list(parts) == ["operation", "rule", "check"]
    done = run("\n".join(parts.values()) + "print(table.at('1').j_out)")
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "(1, 2)", done.stdout + done.stderr


def test_without_the_rule_the_operation_is_named():
    parts = blocks("rule")
    done = run(parts["operation"] + parts["check"])
    assert done.returncode == 1 and "thin" in done.stderr.splitlines()[-1] + done.stderr


def test_a_wrong_rule_is_found_by_the_check():
    parts = blocks("rule")
    wrong = parts["rule"].replace("t[..., ::2]", "t[..., : (t.shape[-1] + 1) // 2]")
    done = run(parts["operation"] + wrong + parts["check"])
    assert wrong != parts["rule"] and done.returncode == 1 and "AssertionError" in done.stderr


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
