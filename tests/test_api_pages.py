"""Every public name of the library is explained in the API pages, and each module on one page."""

import re
from collections import Counter
from pathlib import Path

import mnist_lib

ROOT = Path(__file__).resolve().parent.parent


def test_the_home_of_each_public_name_stands_on_one_page():
    pages = "".join(path.read_text() for path in (ROOT / "book/api").glob("*.md"))
    documented = Counter(re.findall(r"^\.\. automodule:: mnist_lib\.(\w+)$", pages, re.MULTILINE))
    modules = {path.stem for path in (ROOT / "mnist_lib").glob("*.py")}
    homes = modules & set(mnist_lib._PUBLIC.values())
    assert homes - set(documented) == set(), "add an automodule for these to a page in book/api"
    assert set(documented) - modules == set(), "these are in book/api and not in mnist_lib"
    assert max(documented.values()) == 1
