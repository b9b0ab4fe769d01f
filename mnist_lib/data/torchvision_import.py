"""Importing torchvision where its compiled operators cannot load.

torchvision's wheel on the package index is built for CUDA. Beside a CPU-only torch its
extension fails to load, and the import stops while describing two operators of object
detection, `nms` and `qnms`, that nothing here uses. Data sets, transforms and models need
neither. (pytorch/vision, pull request 9649, proposes to guard the same two.)
"""

import sys

import torch

from mnist_lib import need

_OPERATORS = ("nms", "qnms")
_libraries = []  # an operator's declaration lives only as long as the library that made it


def import_torchvision():
    """Return the module `torchvision`; where its operators are missing, declare them first.

    A torchvision that imports by itself is left as it is. Otherwise the two operators get a
    declaration without an implementation, so that calling one still fails, and says so.
    Raises MissingExtra where torchvision is not installed, and the original RuntimeError
    where the import fails for any other reason.
    """
    try:
        return need("torchvision")
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        _declare_operators()
        for name in [m for m in sys.modules if m.partition(".")[0] == "torchvision"]:
            del sys.modules[name]  # the first attempt left half a package behind
        return need("torchvision")


def _declare_operators():
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in _OPERATORS:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _libraries.append(library)
