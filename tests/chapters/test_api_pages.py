"""Every public name of the library is explained in the API pages, and each module on one page."""

import re
from collections import Counter
from importlib import import_module

import mnist_lib
from tests import ROOT


def test_the_home_of_each_public_name_stands_on_one_page():
    pages = "".join(path.read_text() for path in (ROOT / "book/reference/api").glob("*.md"))
    documented = Counter(re.findall(r"^\.\. automodule:: ([\w.]+)$", pages, re.MULTILINE))
    homes = {getattr(getattr(mnist_lib, name), "__module__", None) for name in mnist_lib.__all__}
    homes = {home for home in homes if home} | {"mnist_lib.experiments.catalogue"}  # EXPERIMENTS is a plain dict
    assert homes - set(documented) == set(), "add an automodule for these to a page in book/reference/api"
    for name in documented:
        import_module(name)  # fails for what is in book/reference/api and not in mnist_lib
    assert max(documented.values()) == 1
