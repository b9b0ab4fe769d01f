"""The recipe page shows the script that was recorded; it is forty lines of plain PyTorch; its trainings hold."""

import ast
import re
import subprocess
import sys

from mnist_lib.book import recipe
from mnist_lib.book.sources import RULE
from mnist_lib.experiments import experiment
from mnist_lib.networks import count_parameters

PAGE = (recipe.ROOT / "book/build/recipe.md").read_text(encoding="utf-8")
SOURCE = recipe.SCRIPT.read_text(encoding="utf-8")


def test_every_record_is_of_the_script_on_the_page():
    assert re.search(r"```\{literalinclude\} recipe\.py\n(:\w+: .*\n)*```", PAGE), "the page shows the whole script"
    records = recipe.recorded()
    assert [one["seed"] for one in records] == [0, 1, 2]
    assert {one["script"] for one in records} == {recipe.checksum()}


def test_every_recorded_training_holds():
    for one in recipe.recorded():
        assert one["epochs"] == len(one["test_accuracies"]) <= 15
        assert min(one["test_accuracies"][-5:]) >= RULE, one


def test_it_is_forty_lines_and_needs_torch_alone():
    assert sum(bool(line.strip()) for line in SOURCE.splitlines()) == 40
    imported = {(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
                for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, (ast.Import, ast.ImportFrom))}
    assert imported - set(sys.stdlib_module_names) == {"torch"}


def test_a_short_run_trains_the_champions_network():
    short = recipe.script(images=256, epochs=1) + "\nprint(sum(p.numel() for p in network.parameters()))\n"
    printed = subprocess.run([sys.executable, "-c", short], cwd=recipe.ROOT / "data", capture_output=True, text=True,
                             check=True).stdout
    assert len(recipe.accuracies(printed)) == 1
    assert int(printed.split()[-1]) == count_parameters(experiment("beyond/champion").architecture)
