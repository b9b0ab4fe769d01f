"""Telling oneDNN of other caches: the sizes arrive, and a convolution still is that convolution."""

import platform
import shutil
import subprocess
import sys

import pytest

TOLD = """
import torch
from benchmarks.caches import SIZES, own_sizes, pretend
own, (x, w) = own_sizes(), (torch.randn(4, 16, 28, 28), torch.randn(32, 16, 3, 3))
pretend(SIZES)
assert own_sizes() == SIZES and min(own) > 0, own
assert torch.allclose(torch.conv2d(x, w), torch.conv2d(x.double(), w.double()).float(), atol=1e-4)
print("told")
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux") or platform.machine() != "x86_64" or not shutil.which("nm"),
                    reason="takes Linux on x86-64, and nm")
def test_a_process_is_told_of_other_caches():
    made = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True)
    assert made.stdout == "told\n", made.stderr
