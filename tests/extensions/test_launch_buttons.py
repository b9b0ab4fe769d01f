"""Launch addresses name the notebook on the published branch, for each kind of host."""

import pytest
from check_site import opened
from launch_buttons import binder_address, colab_address

NOTEBOOK = "notebooks/book/data.ipynb"


@pytest.mark.parametrize("address, colab, binder", [
    ("https://github.com/o/n", "https://colab.research.google.com/github/o/n/blob/gh-pages/" + NOTEBOOK,
     "https://mybinder.org/v2/gh/o/n/gh-pages?urlpath=lab/tree/" + NOTEBOOK),
    ("https://gitlab.com/g/s/n", None, "https://mybinder.org/v2/gl/g%2Fs%2Fn/gh-pages?urlpath=lab/tree/" + NOTEBOOK),
    ("https://git.example.org/o/n", None,
     "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Fo%2Fn/gh-pages?urlpath=lab/tree/" + NOTEBOOK),
])
def test_launch_addresses(address, colab, binder):
    assert (colab_address(address, NOTEBOOK), binder_address(address, NOTEBOOK)) == (colab, binder)
    assert {opened(made) for made in (colab, binder) if made} == {NOTEBOOK}
