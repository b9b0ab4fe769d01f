"""Finding, checking and loading MNIST: 60,000 training and 10,000 test digits.

The four files are looked for, gzipped or not, in the folder $MNIST_LIB_DATA, in the
repository's data/, and in a cache folder of the user; last they are downloaded into that cache
from the mirrors torchvision knows. A file counts only if the md5 of its uncompressed content is
right, so what is loaded is the same everywhere. Taught in book/data.md.
"""

import gzip
import hashlib
import os
import sys
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import torch

from .torchvision_import import import_torchvision

VARIABLE = "MNIST_LIB_DATA"
REPOSITORY = Path(__file__).resolve().parents[2] / "data"

SPLITS = {  # the images file and the labels file of each split
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
MD5 = {  # of the uncompressed content
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
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
    if split not in SPLITS:
        raise ValueError(f'split must be "train" or "test", got {split!r}')
    images_file, labels_file = SPLITS[split]
    images = _bytes(_content(images_file), _IMAGES_HEADER).view(-1, 1, 28, 28)
    labels = _bytes(_content(labels_file), _LABELS_HEADER)
    return Digits(images.to(device), labels.to(device, torch.int64))


def _bytes(content, header):
    """Return what follows the header as a uint8 tensor (n,); bytearray, as tensors can be written to."""
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=header)


def cache_folder():
    """Return the folder where downloads are kept, by the custom of the operating system."""
    home = Path("~").expanduser()
    if sys.platform == "win32":
        parent = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        parent = home / "Library" / "Caches"
    else:
        parent = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(parent) / "mnist_lib"


class _NoGoodCopy(Exception):
    """Why a place does not have the file; `notable` if the user should hear of it."""

    def __init__(self, reason, notable=False):
        super().__init__(reason)
        self.notable = notable


def data_folders():
    """Return the folders that may hold the files: $MNIST_LIB_DATA, the repository's and the user's cache."""
    chosen = os.environ.get(VARIABLE)
    return [Path(folder) for folder in (chosen, REPOSITORY, cache_folder()) if folder]


def _content(name):
    """Return the checked, uncompressed content of the file `name` as bytes."""
    chosen, cache = os.environ.get(VARIABLE), cache_folder()
    places = [
        (f"the folder in ${VARIABLE}", lambda: _read(Path(chosen), name, expected=True)),
        ("the repository", lambda: _read(REPOSITORY, name)),
        ("the cache", lambda: _read(cache, name)),
        ("a download", lambda: _download(cache, name)),
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
                warnings.warn(f"{failure}; using {place} instead", stacklevel=3)
        return content
    tried = "".join(f"\n  {place}: {failure}" for place, failure in failures)
    raise FileNotFoundError(
        f"no good copy of {name} was found. Tried, in this order:{tried}\n"
        f"Put the four MNIST files ({', '.join(MD5)}; gzipped or not) into one folder "
        f"and set {VARIABLE} to it, or run again with a network."
    )


def _read(folder, name, expected=False):
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
        if found == MD5[name]:
            return content
        damage.append(f"{path} is damaged (md5 {found}, expected {MD5[name]})")
    if damage:
        raise _NoGoodCopy("; ".join(damage), notable=True)
    raise _NoGoodCopy(f"{folder} has neither {name} nor {name}.gz", notable=expected)


def _download(cache, name):
    """Fetch all four files through torchvision into `cache`; return the content of `name`.

    Every file goes to a folder of its own first and is moved into place, whole, only when it
    has been checked: a reader beside this one, or a second download, sees a good file or none.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="download-") as folder:
            import_torchvision().datasets.MNIST(folder, download=True)
            for file in MD5:
                _store(cache, file, _read(Path(folder) / "MNIST" / "raw", file, expected=True))
    except (OSError, RuntimeError, ImportError) as error:
        reason = str(error) or type(error).__name__
        raise _NoGoodCopy(f"torchvision's mirrors, into {cache}: {reason}") from error
    return _read(cache, name)


def _store(folder, name, content):
    """Write `content` to `folder`, gzipped, in one step, and remove an uncompressed copy."""
    handle, partial = tempfile.mkstemp(dir=folder, prefix=f"{name}-", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(gzip.compress(content, compresslevel=1, mtime=0))
        os.replace(partial, folder / f"{name}.gz")
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    (folder / name).unlink(missing_ok=True)
