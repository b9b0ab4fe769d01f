"""Campaigns: what is missing, any executor, failures that do not stop the others."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_lib import campaign as module
from mnist_lib import runs
from mnist_lib.campaign import Task, campaign, local_executor, missing

from .test_runs import run as a_run


def test_missing_skips_what_is_recorded_and_what_is_the_same_training(records):
    runs.save(a_run(9941, seed=1))
    tasks = missing(["six-models/setup", "drill-down/setup", "six-models/steplr"], range(2))
    assert tasks == [Task("six-models/setup", 0), Task("six-models/steplr", 0), Task("six-models/setup", 1)]


def test_a_record_of_other_settings_is_missing(records):
    import dataclasses
    runs.save(dataclasses.replace(a_run(9941, seed=0), fingerprint="0" * 12))
    assert missing(["six-models/steplr"], [0]) == [Task("six-models/steplr", 0)]


def test_outcomes_count_up_and_a_failure_is_told(records, monkeypatch):
    def train(name, seed, device):
        if seed == 1:
            raise RuntimeError("out of memory")

    monkeypatch.setattr(module, "train_task", train)
    tasks = [Task("six-models/steplr", s) for s in range(4)]
    outcomes = list(campaign(tasks, ThreadPoolExecutor(2)))
    assert [o.done for o in outcomes] == [1, 2, 3, 4]
    assert {o.task: o.error for o in outcomes} == {
        t: "RuntimeError: out of memory" if t.seed == 1 else "" for t in tasks}
    assert outcomes[-1].left == pytest.approx(0)


def test_processes_train_with_one_thread():
    with local_executor(1) as executor:
        assert executor.submit(_threads).result(timeout=60) == 1


def _threads():
    import torch

    return torch.get_num_threads()


def test_nothing_to_do_ends_at_once(records):
    assert list(campaign([], ThreadPoolExecutor(1))) == []
