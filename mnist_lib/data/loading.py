"""Finding, checking and loading MNIST and Fashion-MNIST: 60,000 training and 10,000 test images each.

MNIST's four files are looked for, gzipped or not, in the folder $MNIST_LIB_DATA, in the
repository's data/, and in a cache folder of the user; last they are downloaded into that cache
from the mirrors torchvision knows. Fashion-MNIST's are looked for in $MNIST_LIB_FASHION and, in
the repository's place, where the package of Debian and Ubuntu has them. A file counts only if the
md5 of its uncompressed content is right, so what is loaded is the same everywhere. Taught in
book/learn/digits.md.
"""

import gzip
import hashlib
import os
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import torch

from ..files import write_atomically
from .data_sets import FASHION_MNIST, MNIST, SPLITS, DataSet
from .torchvision_import import import_torchvision

REPOSITORY = Path(__file__).resolve().parents[2] / "data"
PACKAGES = Path("/usr/share/datasets")  # where Debian's packages of data sets put their files

LARGEST = 100_000_000  # bytes of a file that is read; the largest of the four has 47 million
_IMAGES_HEADER, _LABELS_HEADER = 16, 8  # bytes before the data in an IDX file


@dataclass(frozen=True)
class Digits:
    """Images, uint8 (N, 1, 28, 28) from 0 (paper) to 255 (ink), and labels, int64 (N,) from 0 to 9."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self):
        return len(self.labels)


def mnist(split, device="cpu"):
    """Return the Digits of `split`, "train" (60,000) or "test" (10,000), on `device`.

    Raises ValueError for another split and FileNotFoundError, naming every place that was
    tried and what was wrong there, if a file has no good copy anywhere. Warns, a line each, of
    damaged copies, and of a $MNIST_LIB_DATA that does not hold what it should.
    """
    return _load(MNIST, split, device)


def fashion_mnist(split, device="cpu"):
    """Return Fashion-MNIST as :func:`mnist` returns MNIST: the same shapes, with classes of clothes for digits.

    Raises and warns like :func:`mnist`; the folder of one's own is $MNIST_LIB_FASHION.
    """
    return _load(FASHION_MNIST, split, device)


def _load(of, split, device):
    if split not in SPLITS:
        raise ValueError(f'split must be "train" or "test", got {split!r}')
    images_file, labels_file = SPLITS[split]
    images = _bytes(_content(of, images_file), _IMAGES_HEADER).view(-1, 1, 28, 28)
    labels = _bytes(_content(of, labels_file), _LABELS_HEADER)
    return Digits(images.to(device), labels.to(device, torch.int64))


def _bytes(content, header):
    """Return what follows the header as a uint8 tensor (n,); bytearray, as tensors can be written to."""
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=header)


def cache_folder():
    """Return the folder where downloads are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mnist_lib"


class _NoGoodCopy(Exception):
    """Why a place does not have the file; `notable` if the user should hear of it."""

    def __init__(self, reason, notable=False):
        super().__init__(reason)
        self.notable = notable


def data_folders(of: DataSet = MNIST):
    """Return the folders that may hold the files: the variable's ($MNIST_LIB_DATA), the given one, the user's cache.

    Given is the repository's for MNIST, and that of Debian's package for Fashion-MNIST.
    """
    return [Path(folder) for folder in (os.environ.get(of.variable), _given(of), cache_folder() / of.folder) if folder]


def _given(of):
    return PACKAGES / of.folder if of.package else REPOSITORY


def _content(of, name):
    """Return the checked, uncompressed content of the data set's file `name` as bytes."""
    chosen, cache = os.environ.get(of.variable), cache_folder() / of.folder
    given = f"the package {of.package} of Debian and Ubuntu" if of.package else "the repository"
    places = [
        (f"the folder in ${of.variable}", lambda: _read(of, Path(chosen), name, expected=True)),
        (given, lambda: _read(of, _given(of), name)),
        ("the cache", lambda: _read(of, cache, name)),
        ("a download", lambda: _download(of, cache, name)),
    ]
    failures = [] if chosen else [(places.pop(0)[0], _NoGoodCopy("the variable is not set"))]
    for place, read in places:
        try:
            content = read()
        except _NoGoodCopy as failure:
            failures.append((place, failure))
            continue
        for _, failure in failures:
            if failure.notable:
                warnings.warn(f"{failure}; using {place} instead", stacklevel=4)
        return content
    tried = "".join(f"\n  {place}: {failure}" for place, failure in failures)
    install = f"install the package (apt install {of.package}), " if of.package else ""
    raise FileNotFoundError(
        f"no good copy of {name} was found, a file of {of.title}. Tried, in this order:{tried}\n"
        f"Put the four {of.title} files ({', '.join(of.md5)}; gzipped or not) into one folder "
        f"and set {of.variable} to it, {install}or run again with a network."
    )


def _read(of, folder, name, expected=False):
    """Return the good copy of `name` in `folder`, gzipped or not; `expected` makes its absence notable."""
    if not os.path.isdir(folder):
        raise _NoGoodCopy(f"{folder} is not a folder", notable=expected)
    damage = []
    for path in (folder / f"{name}.gz", folder / name):
        if os.path.lexists(path) and not (path.is_file() and path.stat().st_size <= LARGEST):
            damage.append(f"{path} is no file of this kind (a pipe, a device, a folder, or too large)")
            continue
        try:
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
        except FileNotFoundError:
            continue
        except (OSError, EOFError, zlib.error) as error:
            damage.append(f"{path} cannot be read ({error})")
            continue
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found == of.md5[name]:
            return content
        damage.append(f"{path} is damaged (md5 {found}, expected {of.md5[name]})")
    if damage:
        raise _NoGoodCopy("; ".join(damage), notable=True)
    raise _NoGoodCopy(f"{folder} has neither {name} nor {name}.gz", notable=expected)


def _download(of, cache, name):
    """Fetch all four files through torchvision into `cache`; return the content of `name`.

    Every file goes to a folder of its own first and is moved into place, whole, only when it
    has been checked: a reader beside this one, or a second download, sees a good file or none.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="download-") as folder:
            getattr(import_torchvision().datasets, of.torchvision)(folder, download=True)
            for file in of.md5:
                _store(cache, file, _read(of, Path(folder) / of.torchvision / "raw", file, expected=True))
    except (OSError, RuntimeError, ImportError) as error:
        reason = str(error) or type(error).__name__
        raise _NoGoodCopy(f"torchvision's mirrors, into {cache}: {reason}") from error
    return _read(of, cache, name)


def _store(folder, name, content):
    """Write `content` to `folder`, gzipped, whole or not at all, and remove an uncompressed copy."""
    write_atomically(folder / f"{name}.gz", gzip.compress(content, compresslevel=1, mtime=0))
    (folder / name).unlink(missing_ok=True)
