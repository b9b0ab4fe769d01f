"""The two data sets as data: what each is called, where its four files may lie, and what their content must be.

Fashion-MNIST (Xiao, Rasul & Vollgraf 2017) has the form of MNIST on purpose: as many images of the same
size, as many classes, files of the same names. Only their folders tell them apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HELD_OUT = 5_000  # the last training images, which searches and the challenge judge on
SPLITS = {  # the images file and the labels file of each split
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


@dataclass(frozen=True)
class DataSet:
    """One collection of images.

    ``variable`` names a folder with its files; ``folder`` is that within the user's cache; ``package`` is the
    package of Debian and Ubuntu that has them, if any; ``torchvision`` the class there that downloads them. ``mean``
    and ``std`` are those of the training images, from 0 to 1; ``md5`` are those of the files' uncompressed content.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    mean: float
    std: float
    variable: str
    folder: str
    package: str
    torchvision: str
    md5: Mapping[str, str]


MNIST = DataSet(
    "mnist", "MNIST", tuple("0123456789"), 0.1307, 0.3081, "MNIST_LIB_DATA", "", "", "MNIST", {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    })

FASHION_MNIST = DataSet(
    "fashion-mnist", "Fashion-MNIST",
    ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    0.2860, 0.3530, "MNIST_LIB_FASHION", "fashion-mnist", "dataset-fashion-mnist", "FashionMNIST", {
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    })

DATA_SETS = {each.name: each for each in (MNIST, FASHION_MNIST)}
