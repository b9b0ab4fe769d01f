"""What several tests need: a few hundred digits instead of 70,000, and a folder for records."""

import dataclasses
import os

import pytest
import torch
from hypothesis import settings

from mnist_lib.data import FASHION_MNIST, data_folders, loading
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training import evaluation, loop, records

settings.register_profile("same every time", derandomize=True, deadline=None)  # every run draws the same examples
settings.load_profile("same every time")


@pytest.fixture(autouse=True)
def one_thread_and_one_seed():
    """Small networks are no faster with more threads; and a test draws the same weights in every run."""
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture
def empty_results(tmp_path, monkeypatch):
    """An empty folder in place of ``results/``."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


FEW_TEST = 500


@pytest.fixture
def few_digits(monkeypatch):
    """512 training images and 500 test images, so that an epoch takes a moment."""
    use_few_digits(monkeypatch.setattr)


def use_few_digits(setattr, train=512, test=FEW_TEST):
    """Let trainer and evaluation see only the first images of each part."""
    whole = loading.mnist

    def mnist(split, device="cpu"):
        digits, count = whole(split, device), train if split == "train" else test
        return dataclasses.replace(digits, images=digits.images[:count], labels=digits.labels[:count])

    setattr(evaluation, "mnist", mnist)
    setattr(records, "TEST_IMAGES", test)


@pytest.fixture(scope="session")
def fashion_images():
    """Skips a test where no folder has the images of Fashion-MNIST, with ``REQUIRE_FASHION=1`` it fails."""
    if not any(all((folder / f"{name}{end}").is_file() for name in FASHION_MNIST.md5)
               for folder in data_folders(FASHION_MNIST) for end in (".gz", "")):
        where = f"Fashion-MNIST is not here: apt install {FASHION_MNIST.package}, or set {FASHION_MNIST.variable}"
        if os.environ.get("REQUIRE_FASHION", "") not in ("", "0"):
            pytest.fail(f"{where} (REQUIRE_FASHION is set, so this is no reason to skip)", pytrace=False)
        pytest.skip(where)


@pytest.fixture
def short():
    """A two-epoch version of an experiment: ``short("six-models/steplr", epochs=2)``."""
    def shortened(name="six-models/steplr", **settings):
        settings = {"epochs": 2, **settings}
        return dataclasses.replace(EXPERIMENTS[name], name=f"short/{name.partition('/')[2]}", **settings)
    return shortened


@pytest.fixture
def stopped_in_the_second_epoch(monkeypatch):
    """Someone presses Ctrl-C when the second epoch of a training begins."""
    real, calls = loop.train_epoch, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "train_epoch", interrupted)
        yield patch
