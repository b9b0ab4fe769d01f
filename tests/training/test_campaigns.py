"""Campaigns: what is missing, any executor, failures that do not stop the others."""

import dataclasses
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import distributed
import pytest

from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training import campaigns as module
from mnist_lib.training import records
from mnist_lib.training.campaigns import Task, campaign, local_executor, missing
from mnist_lib.training.loop import fit
from tests.conftest import use_few_digits
from tests.training.test_records import run as a_run


def test_missing_skips_what_is_recorded_and_what_is_the_same_training(empty_results):
    records.save(a_run(9941, seed=1))
    tasks = missing(["six-models/setup", "drill-down/setup", "six-models/steplr"], range(2))
    assert tasks == [Task("six-models/setup", 0), Task("six-models/steplr", 0), Task("six-models/setup", 1)]


def test_a_record_of_other_settings_is_missing(empty_results):
    records.save(dataclasses.replace(a_run(9941, seed=0), fingerprint="0" * 12))
    assert missing(["six-models/steplr"], [0]) == [Task("six-models/steplr", 0)]


def test_outcomes_count_up_and_a_failure_is_told(empty_results, monkeypatch):
    def train(name, seed, device):
        if seed == 1:
            raise RuntimeError("out of memory")
        return {}

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


def test_nothing_to_do_ends_at_once(empty_results):
    assert list(campaign([], ThreadPoolExecutor(1))) == []


def test_workers_without_a_common_disk_send_their_records_back(empty_results, tmp_path, monkeypatch):
    def train(name, seed, device):
        return {f"{name}/seed-{seed}.safetensors": b"weights", f"{name}/seed-{seed}.json": b"record"}

    monkeypatch.setattr(module, "train_task", train)
    (outcome,) = campaign([Task("six-models/steplr", 0)], ThreadPoolExecutor(1))
    assert outcome.error == ""
    assert (empty_results / "six-models/steplr/seed-0.json").read_bytes() == b"record"
    assert (empty_results / "six-models/steplr/seed-0.safetensors").read_bytes() == b"weights"


def test_large_networks_get_fewer_seeds_where_that_is_asked_for():
    names = ["six-models/setup", "same-padding/skeleton", "same-padding/lighter"]
    seeds = {name: [t.seed for t in missing(names, range(20, 26)) if t.name == name] for name in names}
    assert all(s == list(range(20, 26)) for s in seeds.values())
    frugal = missing(names, range(26), frugal=True)
    assert {t.seed for t in frugal if t.name == names[0]} <= {0}
    assert {t.seed for t in frugal if t.name == names[1]} <= {0, 1, 2}
    assert {t.seed for t in frugal if t.name == names[2]} >= set(range(20, 26))


@pytest.mark.slow
def test_a_dask_cluster_is_an_executor(empty_results, few_digits, short, monkeypatch, tmp_path):
    """Two worker processes, each with a results folder of its own, train what one process here would."""
    monkeypatch.setitem(EXPERIMENTS, "six-models/steplr", small(short()))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, \
            distributed.Client(cluster) as client:
        client.run(prepare_worker, str(tmp_path / "elsewhere"))
        tasks = [Task("six-models/steplr", seed) for seed in range(3)]
        outcomes = list(campaign(tasks, client.get_executor()))
    assert [(o.done, o.error) for o in outcomes] == [(1, ""), (2, ""), (3, "")]
    assert (empty_results / "six-models/steplr/seed-0.safetensors").exists()
    assert missing(["six-models/steplr"], range(3)) == []
    from_cluster = records.of("six-models/steplr")[2]
    here = fit("six-models/steplr", 2, "cpu", progress="none", again=True)
    assert [e.test_correct for e in from_cluster.epochs] == [e.test_correct for e in here.epochs]
    assert from_cluster.misclassified == here.misclassified


def small(step):
    """An experiment of two epochs under a name of the book."""
    return dataclasses.replace(step, name="six-models/steplr")


def prepare_worker(results):
    """In a worker: a results folder, a few digits, the experiment of two epochs."""
    os.environ["MNIST_LIB_RESULTS"] = results
    use_few_digits(setattr)
    EXPERIMENTS["six-models/steplr"] = small(dataclasses.replace(EXPERIMENTS["six-models/steplr"], epochs=2))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_the_workers_of_a_killed_campaign_end_too():
    program = ("import os, time\n"
               "from mnist_lib.training.campaigns import local_executor\n"
               "if __name__ == '__main__':\n"
               "    with local_executor(1) as executor:\n"
               "        print(executor.submit(os.getpid).result(), flush=True)\n"
               "        executor.submit(time.sleep, 600)\n"
               "        time.sleep(600)\n")
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert int(parent.stdout.readline()) != parent.pid
    parent.kill()
    parent.communicate(timeout=60)  # the worker holds the other end of the pipe for as long as it lives
