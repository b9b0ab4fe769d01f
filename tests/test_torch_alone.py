"""The calculator where nothing but torch is installed: it works, and what needs more says which extra brings it.

In a process of its own, in which every package that torch does not need cannot be found. A test in
``tests/tools`` installs the wheel into an empty environment; this one takes seconds.
"""

import subprocess
import sys
import textwrap

from mnist_lib import EXTRAS
from tests import ROOT

BLOCKED = f"""
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(EXTRAS)!r} + ["IPython", "yaml"]:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
import warnings
warnings.filterwarnings("ignore", message=".*NumPy.*")  # torch's own word where there is none
"""
NETWORK = "from torch import nn\n\n\ndef net():\n    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2))\n"


def run(code, folder):
    """Run code with nothing but torch, in a folder: exit status, what it printed, what it said of errors."""
    done = subprocess.run([sys.executable, "-c", BLOCKED + textwrap.dedent(code)], cwd=folder, capture_output=True,
                          text=True, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder),
                               "MNIST_LIB_RESULTS": str(folder / "results")})
    return done.returncode, done.stdout, done.stderr


def test_every_way_of_asking_for_a_table(tmp_path):
    status, said, errors = run("""
        import torch
        from mnist_lib import effective, measure, receptive_field, rule

        @rule(torch.nn.functional.relu6)
        def _(call):
            return call.same()

        network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU6(), torch.nn.MaxPool2d(2))
        table = receptive_field(network, (1, 12, 12))
        for text in (table.to_text(), table.to_markdown(), table.to_csv(), table.to_html(), str(table.to_dict())):
            assert "MaxPool2d" in text or "max_pool" in text, text
        assert table.at("2").r_out == 4, table
        assert measure(network, (1, 12, 12), "2") and effective(network, torch.rand(2, 1, 12, 12), "2").mass.sum() > 0
        print(table)
    """, tmp_path)
    assert status == 0 and "max_pool" in said.lower(), errors


def test_the_command(tmp_path):
    (tmp_path / "my_net.py").write_text(NETWORK)
    status, said, errors = run("""
        from mnist_lib.__main__ import main
        assert main(["rf", "my_net.py:net", "--input", "1", "28", "28", "--check"]) == 0
        print("=====second command")
        sys.exit(main(["rf", "six-models/steplr", "--format", "json"]))
    """, tmp_path)
    own, books = said.split("=====second command\n")
    assert status == 0 and "max_pool" in own and '"rows"' in books, errors


NEEDS_MORE = {
    "table.plot(torch.zeros(1, 12, 12), '0')": "plot",
    "table.grow()": "plot",
    "effective(network, torch.rand(1, 1, 12, 12), '0').plot()": "plot",
    "table.to_frame()": "frame",
    "from mnist_lib import fit; fit('six-models/steplr', device='cpu')": "train",
    "from mnist_lib.book import plots": "plot",
    "from mnist_lib.data import import_torchvision; import_torchvision()": "train",
}


def test_what_needs_more_names_its_extra(tmp_path):
    """In one process, for loading torch is what takes its time; the first failure must not help the next."""
    status, said, errors = run(f"""
        import torch
        from mnist_lib import MissingExtra, effective, receptive_field
        network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3))
        table = receptive_field(network, (1, 12, 12))
        for code in {list(NEEDS_MORE)!r}:
            try:
                exec(code)
            except MissingExtra as error:
                print(error)
            else:
                print("nothing missing:", code)
    """, tmp_path)
    assert status == 0, errors
    for line, (code, extra) in zip(said.splitlines(), NEEDS_MORE.items(), strict=True):
        assert line.endswith(f'this needs it: pip install "mnist_lib[{extra}]"'), f"{code}: {line}"


def test_a_command_that_needs_more_says_so_in_one_line(tmp_path):
    status, said, errors = run("from mnist_lib.__main__ import main; sys.exit(main(['train', 'six-models/steplr']))",
                               tmp_path)
    assert status == 2 and said == "1 trainings to do\n"
    assert errors.splitlines() == ["python -m mnist_lib train: safetensors is not installed, and this needs it: "
                                   'pip install "mnist_lib[train]"']


def test_the_extras_are_those_of_the_package():
    toml = (ROOT / "pyproject.toml").read_text()
    for package, extra in EXTRAS.items():
        line = next(row for row in toml.splitlines() if row.startswith(f"{extra} = "))
        assert f'"{package}>=' in line
