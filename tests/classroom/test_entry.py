"""What a reader brings is read, and what is wrong with it is told in one line with the next step."""

import json

import pytest
import torch
from torch import nn

from mnist_lib.classroom import challenge as own

NET = "from torch import nn\nNet = lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"


def load(folder, source, name="my_net.py", which=""):
    path = folder / name
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return own.load(str(path) + which)


def test_a_class_a_function_and_a_notebook(tmp_path):
    class Net(nn.Flatten):
        pass

    assert isinstance(own.of(Net).build(), Net) and isinstance(own.of(Net()).build(), Net)
    assert isinstance(load(tmp_path, NET).build(), nn.Sequential)
    cells = [{"cell_type": "code", "source": ["%matplotlib inline\n", NET]}, {"cell_type": "markdown", "source": ["?"]}]
    notebook = json.dumps({"cells": cells})
    assert isinstance(load(tmp_path, notebook, "my_net.ipynb").build(), nn.Sequential)


def test_the_only_network_is_found_and_two_are_asked_for(tmp_path):
    one = "from torch import nn\nclass Mine(nn.Module): pass\n"
    assert load(tmp_path, one).name == "my_net.py:Mine"
    two = one + "class Other(nn.Module): pass\n"
    with pytest.raises(own.Refused, match="there are Mine, Other: name one, my_net.py:Mine"):
        load(tmp_path, two)
    assert load(tmp_path, two, which=":Other").name == "my_net.py:Other"


@pytest.mark.parametrize("source, told", [
    ("x = 1", "has no Net; call your network class Net"),
    ("Net = 3", "is a int; let it be a class"),
    ("def Net(:", "is not Python in line 1"),
    ("a\0b", "is not Python"),
    (b"\xff\xfe\x00", "is not text"),
    ("import nowhere_at_all", "ModuleNotFoundError"),
    ("raise SystemExit", "ends the program"),
    (NET + "recipe = 3", "recipe is a Recipe, or a step of the book, not int"),
    (NET + "from mnist_lib import Recipe\nrecipe = Recipe(epochs=0)", "1 to 100 epochs"),
])
def test_what_is_wrong_with_a_file(tmp_path, source, told):
    with pytest.raises(own.Refused) as caught:
        load(tmp_path, source)
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("place, told", [("nowhere.py", "--template nowhere.py"), ("net.txt", "file.py:Class")])
def test_a_file_that_is_not_there(place, told):
    with pytest.raises(own.Refused, match=told):
        own.load(place)


@pytest.mark.parametrize("made, told", [
    (lambda width: nn.Flatten(), "give each argument a default"), (lambda: 3, "not a torch module"),
    (lambda: 1 / 0, "ZeroDivisionError")])
def test_what_is_wrong_when_it_is_built(made, told):
    with pytest.raises(own.Refused, match=told):
        own.of(made, name="Net").build()


def test_comments_do_not_change_the_fingerprint_and_code_and_recipe_do(tmp_path):
    plain, commented = load(tmp_path, NET), load(tmp_path, "# more\n" + NET.replace("Net =", "Net  ="))
    assert plain.fingerprint == commented.fingerprint
    assert plain.fingerprint != load(tmp_path, NET.replace("784, 10", "784,10,False")).fingerprint
    shorter = load(tmp_path, NET + "from mnist_lib import Recipe\nrecipe = Recipe(epochs=3)")
    assert plain.fingerprint != shorter.fingerprint


def test_a_recipe_of_torch_s_own_is_described_by_what_it_does():
    def describe(rate):
        return own.Recipe(optimizer=lambda p: torch.optim.Adam(p, lr=rate), schedule=lambda o, n: 0.1).describe()

    assert describe(0.1) == describe(0.1)
    assert own.Recipe(schedule=lambda o, n: 0.1).describe() != own.Recipe(schedule=lambda o, n: 0.2).describe()


def test_a_line_of_unknown_origin():
    assert own.line("a\n\tb\x1b[31m\x00") == "a b\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"
    assert own.line("\u202e") == "\N{REPLACEMENT CHARACTER}" and len(own.line("x" * 1000)) == 300

    class Bad(Exception):
        def __str__(self):
            raise ValueError

    assert "cannot be printed" in own.line(Bad())
