"""Type checkers see the public names: what a reader writes right passes mypy, what is wrong is reported."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

import mnist_lib
from tests import ROOT

USES = '''\
import torch
from torch import Tensor, nn

import mnist_lib
from mnist_lib import (
    EXPERIMENTS,
    Architecture,
    Experiment,
    Recipe,
    Run,
    build,
    challenge,
    effective,
    experiment,
    fit,
    measure,
    mnist,
    receptive_field,
    rule,
)

network: nn.Module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
table = receptive_field(network, (1, 28, 28), title="mine")
text: str = table.at("0").name + table.to_text()
number: int = table.to_text()
receptive_field(network, (1, 28, 28), colour="red")
measure(network, (1, 28, 28), "0")
effective(network)
effective(network, torch.rand(2, 1, 28, 28), "0").plot()
step: Experiment = experiment("six-models/steplr")
seeds: int = experiment("six-models/steplr").epochs
wrong: int = step.name
plan: Architecture = EXPERIMENTS["six-models/steplr"].architecture
made: nn.Module = build(plan)
run: Run = fit("six-models/steplr", seed=1)
fit("six-models/steplr", sede=1)
share: float = run.final.test_accuracy
images: Tensor = mnist("test").images
recipe = Recipe(epochs=3)
Recipe(epoch=3)
challenge(nn.Sequential, seeds=1)
rule(torch.relu)
mnist_lib.receptive_fields(network, (1, 28, 28))
'''
WRONG = {
    "number: int": "Incompatible types in assignment", "colour=": 'Unexpected keyword argument "colour"',
    "effective(network)": "Missing positional argument", "wrong: int": "Incompatible types in assignment",
    "sede=": 'Unexpected keyword argument "sede"', "epoch=3)": 'Unexpected keyword argument "epoch"',
    "receptive_fields": 'Module has no attribute "receptive_fields"',
}


@pytest.mark.slow
def test_a_type_checker_sees_the_public_names(tmp_path):
    (tmp_path / "uses.py").write_text(USES)
    done = subprocess.run([sys.executable, "-m", "mypy", "--follow-imports=silent", "--no-error-summary", "--cache-dir",
                           tmp_path / "cache", "uses.py"], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "MYPYPATH": str(ROOT)})
    said = {int(line.split(":")[1]): line for line in done.stdout.splitlines() if ": error:" in line}
    lines = list(enumerate(USES.splitlines(), start=1))
    wrong = {next(number for number, line in lines if text in line): problem for text, problem in WRONG.items()}
    assert said.keys() == wrong.keys(), done.stdout + done.stderr
    for number, problem in wrong.items():
        assert problem in said[number]



def test_type_checkers_see_the_names_that_are_given():
    """The block for type checkers in ``mnist_lib/__init__.py`` names each public name once, from where it is."""
    text = (ROOT / "mnist_lib" / "__init__.py").read_text()
    block = text[text.index("if TYPE_CHECKING:"):text.index("\nelse:")]
    rows = [line.split() for line in block.splitlines()[1:]]
    assert sorted(row[5] for row in rows) == mnist_lib.__all__
    for _, module, _, name, _, given in rows:
        assert name == given
        assert getattr(import_module(f"mnist_lib{module}"), name) is getattr(mnist_lib, name)
