"""The fingerprints that recorded runs are bound to are those of ``fingerprints.json``: no move of code changes one."""

import json
from pathlib import Path

from mnist_lib.experiments import all_experiments


def test_every_experiment_keeps_its_fingerprint():
    frozen = json.loads(Path(__file__).with_name("fingerprints.json").read_text())
    now = {name: step.fingerprint for name, step in all_experiments().items()}
    assert {name: now.get(name) for name in frozen} == frozen
