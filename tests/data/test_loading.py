"""mnist_lib.data.loading: every place a file can come from, and everything that can be wrong there."""

import dataclasses
import gzip
import hashlib
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from mnist_lib.data import loading
from mnist_lib.data.data_sets import FASHION_MNIST, MNIST, SPLITS
from mnist_lib.data.loading import fashion_mnist, mnist
from mnist_lib.data.torchvision_import import import_torchvision
from tests import ROOT

LABELS = "t10k-labels-idx1-ubyte"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three empty folders instead of the real ones, and a download that fails and is counted."""
    folders = SimpleNamespace(**{place: tmp_path / place for place in ("chosen", "repository", "packages", "cache")})
    for folder in vars(folders).values():
        folder.mkdir()
    monkeypatch.setenv(MNIST.variable, str(folders.chosen))
    monkeypatch.setattr(loading, "REPOSITORY", folders.repository)
    monkeypatch.setattr(loading, "PACKAGES", folders.packages)
    monkeypatch.delenv(FASHION_MNIST.variable, raising=False)
    monkeypatch.setattr(loading, "cache_folder", lambda: folders.cache)
    folders.downloads = []

    def download(root, download):
        folders.downloads.append(root)
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz: no network")

    def download_with(function):
        torchvision = SimpleNamespace(datasets=SimpleNamespace(MNIST=function))
        monkeypatch.setattr(loading, "import_torchvision", lambda: torchvision)

    folders.download_with = download_with
    folders.download_with(download)
    return folders


def fill(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in MNIST.md5:
        shutil.copy(ROOT / "data" / f"{name}.gz", folder)


def damage(folder, name=LABELS):
    """Change one byte of the content, in an otherwise sound file."""
    content = bytearray(gzip.decompress((ROOT / "data" / f"{name}.gz").read_bytes()))
    content[-1] ^= 1
    (folder / f"{name}.gz").write_bytes(gzip.compress(bytes(content)))


def good_download(root, download):
    assert download
    fill(Path(root) / "MNIST" / "raw")


def load_with_warnings():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        digits = mnist("test")
    assert_is_test_set(digits)
    return [str(w.message) for w in caught]


def assert_is_test_set(digits):
    assert digits.labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


# ---- what is loaded -----------------------------------------------------------------------------


@pytest.mark.parametrize("split, counts, mean, std", [
    # class counts: the table on the MNIST page; mean and deviation: the constants every tutorial quotes
    ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], 0.1307, 0.3081),
    ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], 0.1325, 0.3105),
])  # fmt: skip
def test_shapes_types_and_published_numbers(split, counts, mean, std):
    digits = mnist(split)
    assert digits.images.shape == (sum(counts), 1, 28, 28) and digits.images.dtype == torch.uint8
    assert digits.labels.shape == (sum(counts),) and digits.labels.dtype == torch.int64
    assert len(digits) == sum(counts)
    assert digits.labels.bincount().tolist() == counts
    assert digits.images.double().div(255).mean().item() == pytest.approx(mean, abs=5e-5)
    assert digits.images.double().div(255).std().item() == pytest.approx(std, abs=5e-5)


def test_torchvision_reads_the_same(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST.md5:
        (raw / name).write_bytes(gzip.decompress((ROOT / "data" / f"{name}.gz").read_bytes()))
    for split in SPLITS:
        theirs, ours = import_torchvision().datasets.MNIST(tmp_path, train=split == "train"), mnist(split)
        assert torch.equal(theirs.data[:, None], ours.images) and torch.equal(theirs.targets, ours.labels)


def test_first_labels_are_the_known_ones():
    assert mnist("train").labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist("test").labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_unknown_split_is_named():
    with pytest.raises(ValueError, match='must be "train" or "test", got \'validation\''):
        mnist("validation")


def test_the_readme_states_the_md5_that_are_checked():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, md5 in MNIST.md5.items():
        assert f"`{md5}`" in next(line for line in text.splitlines() if name in line)
        content = gzip.decompress((ROOT / "data" / f"{name}.gz").read_bytes())
        assert hashlib.md5(content).hexdigest() == md5


@pytest.mark.parametrize("split, count, deviation", [("train", 6_000, 0.3530), ("test", 1_000, 0.3524)])
def test_fashion_mnist_has_the_published_numbers(fashion_images, split, count, deviation):
    """Ten classes of equal size, the constants that recipes quote, and the first labels."""
    first = {"train": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5], "test": [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]}
    clothes = fashion_mnist(split)
    assert clothes.images.shape == (10 * count, 1, 28, 28) and clothes.images.dtype == torch.uint8
    assert clothes.labels.bincount().tolist() == [count] * 10
    assert clothes.labels[:10].tolist() == first[split]
    assert clothes.images.double().div(255).std().item() == pytest.approx(deviation, abs=5e-5)
    if split == "train":
        assert clothes.images.double().div(255).mean().item() == pytest.approx(FASHION_MNIST.mean, abs=5e-5)
        assert FASHION_MNIST.std == deviation


def test_torchvision_reads_the_same_clothes(fashion_images, tmp_path):
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for names in SPLITS.values():
        for name in names:
            (raw / name).write_bytes(loading._content(FASHION_MNIST, name))
    theirs = import_torchvision().datasets.FashionMNIST(tmp_path, train=False)
    ours = fashion_mnist("test")
    assert torch.equal(theirs.data[:, None], ours.images) and torch.equal(theirs.targets, ours.labels)
    names = ["T-shirt" if name == "T-shirt/top" else name.lower() for name in theirs.classes]
    assert tuple(names) == FASHION_MNIST.classes


# ---- where it comes from --------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["chosen", "repository", "cache"])
def test_each_folder_is_enough(places, place, monkeypatch):
    if place != "chosen":
        monkeypatch.delenv(MNIST.variable)
    fill(getattr(places, place))
    assert load_with_warnings() == [] and places.downloads == []


def test_files_may_be_uncompressed(places):
    for name in SPLITS["test"]:
        content = gzip.decompress((ROOT / "data" / f"{name}.gz").read_bytes())
        (places.chosen / name).write_bytes(content)
    assert load_with_warnings() == []


def test_the_first_place_wins(places):
    fill(places.chosen)
    damage(places.repository)
    damage(places.cache)
    assert load_with_warnings() == []


def test_download_is_the_last_resort_and_fills_the_cache_once(places, monkeypatch):
    monkeypatch.delenv(MNIST.variable)
    roots = []

    def download(root, download):
        roots.append(root)
        good_download(root, download)

    places.download_with(download)
    assert load_with_warnings() == []
    assert load_with_warnings() == []
    assert len(roots) == 1
    assert sorted(p.name for p in places.cache.iterdir()) == sorted(f"{name}.gz" for name in MNIST.md5)


# ---- what can be wrong ----------------------------------------------------------------------------


def test_damaged_file_in_the_chosen_folder_is_passed_over_with_one_warning(places):
    fill(places.chosen)
    damage(places.chosen)
    fill(places.repository)
    before = (places.chosen / f"{LABELS}.gz").read_bytes()
    (warning,) = load_with_warnings()
    assert str(places.chosen / f"{LABELS}.gz") in warning and "\n" not in warning
    assert f"expected {MNIST.md5[LABELS]}" in warning and "using the repository instead" in warning
    assert (places.chosen / f"{LABELS}.gz").read_bytes() == before  # the reader's own file is left alone


@pytest.mark.parametrize("content", [  # named, since compressed bytes hold the time of day
    pytest.param(b"", id="empty"), pytest.param(b"not gzip", id="not-gzip"),
    pytest.param(gzip.compress(b"\0" * 9_999)[:-9], id="cut-off"), pytest.param(gzip.compress(b""), id="of-nothing")])
def test_damaged_cached_copy_is_replaced_with_one_warning(places, content, monkeypatch):
    monkeypatch.delenv(MNIST.variable)
    fill(places.cache)
    (places.cache / f"{LABELS}.gz").write_bytes(content)
    places.download_with(good_download)
    (warning,) = load_with_warnings()
    assert f"{LABELS}.gz" in warning and "using a download instead" in warning and "\n" not in warning
    assert load_with_warnings() == []  # replaced for good


def test_a_good_copy_beside_a_damaged_one_is_found(places):
    fill(places.chosen)
    damage(places.chosen)
    content = gzip.decompress((ROOT / "data" / f"{LABELS}.gz").read_bytes())
    (places.chosen / LABELS).write_bytes(content)
    assert load_with_warnings() == []


def test_a_chosen_folder_without_the_files_is_mentioned(places):
    fill(places.repository)
    assert all("has neither" in w and "using the repository" in w for w in load_with_warnings())
    places.chosen.rmdir()
    messages = load_with_warnings()
    assert messages and all(f"{places.chosen} is not a folder" in w for w in messages)


def test_the_error_lists_every_place_and_the_next_step(places):
    places.chosen.rmdir()
    damage(places.cache, "t10k-images-idx3-ubyte")
    with pytest.raises(FileNotFoundError) as error:
        mnist("test")
    lines = str(error.value).splitlines()
    assert lines[0].startswith("no good copy of t10k-images-idx3-ubyte was found")
    assert f"{places.chosen} is not a folder" in lines[1] and "$MNIST_LIB_DATA" in lines[1]
    assert f"{places.repository} has neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte.gz" in lines[2]
    assert "t10k-images-idx3-ubyte.gz is damaged (md5 " in lines[3] and str(places.cache) in lines[3]
    assert "torchvision's mirrors" in lines[4] and "no network" in lines[4]
    assert f"set {MNIST.variable}" in lines[5]
    assert list(places.cache.iterdir()) == [places.cache / "t10k-images-idx3-ubyte.gz"]  # no debris


def as_fashion(monkeypatch, folder):
    """Files of the size and names of Fashion-MNIST, with the checksums of what they hold: a few blank images."""
    md5 = {}
    for name in FASHION_MNIST.md5:
        content = bytes(16 + 784 * 5) if "images" in name else bytes(8) + bytes(range(5))
        md5[name] = hashlib.md5(content).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(loading, "FASHION_MNIST", dataclasses.replace(FASHION_MNIST, md5=md5))


def test_fashion_mnist_is_downloaded_by_its_own_class_into_a_folder_of_its_own(places, monkeypatch, tmp_path):
    as_fashion(monkeypatch, tmp_path / "mirror")

    def download(root, download):
        shutil.copytree(tmp_path / "mirror", Path(root) / "FashionMNIST" / "raw")

    torchvision = SimpleNamespace(datasets=SimpleNamespace(FashionMNIST=download))
    monkeypatch.setattr(loading, "import_torchvision", lambda: torchvision)
    assert len(fashion_mnist("train")) == 5
    assert sorted(p.name for p in (places.cache / "fashion-mnist").iterdir()) == sorted(
        f"{name}.gz" for name in FASHION_MNIST.md5)


def test_the_error_names_what_is_missing_of_fashion_mnist_and_the_next_step(places):
    fill(places.chosen)
    fill(places.packages / "fashion-mnist")  # digits where clothes should be
    torchvision = SimpleNamespace(datasets=SimpleNamespace(FashionMNIST=lambda root, download: (_ for _ in ()).throw(
        RuntimeError("no network"))))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(FileNotFoundError) as error:
        patch.setattr(loading, "import_torchvision", lambda: torchvision)
        fashion_mnist("test")
    lines = str(error.value).splitlines()
    assert lines[0].startswith("no good copy of t10k-images-idx3-ubyte was found, a file of Fashion-MNIST")
    assert lines[1] == "  the folder in $MNIST_LIB_FASHION: the variable is not set"
    assert "package dataset-fashion-mnist" in lines[2] and "is damaged (md5 2646ac64" in lines[2]
    assert "no network" in lines[4]
    assert "set MNIST_LIB_FASHION to it, install the package (apt install dataset-fashion-mnist), or" in lines[5]


def test_a_damaged_download_is_refused(places):
    def download(root, download):
        good_download(root, download)
        damage(Path(root) / "MNIST" / "raw")

    places.download_with(download)
    with pytest.raises(FileNotFoundError, match="a download: .*is damaged"):
        mnist("test")
    assert not (places.cache / f"{LABELS}.gz").exists()


@pytest.mark.parametrize("failure", [ImportError("No module named x"), OSError("disk full"), TimeoutError()])
def test_a_failing_download_is_described(places, failure):
    def download(root, download):
        raise failure

    places.download_with(download)
    with pytest.raises(FileNotFoundError, match=str(failure) or "TimeoutError"):
        mnist("test")


# ---- torchvision ------------------------------------------------------------------------------------


def test_torchvision_imports_in_a_fresh_process_and_works():
    """Also where its compiled operators cannot load; calling one then says so."""
    script = """
from mnist_lib.data import import_torchvision
torchvision = import_torchvision()
assert import_torchvision() is torchvision
import torch
from torchvision.transforms import v2
assert v2.RandomRotation(5)(torch.zeros(1, 28, 28)).shape == (1, 28, 28)
print(torchvision.datasets.MNIST.__name__)
"""
    done = subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", script], cwd=ROOT,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "MNIST\n"), done.stderr
