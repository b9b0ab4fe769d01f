"""The book's kernels, copied from a process that has torch loaded, are kernels like any other."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from tests import ROOT

EXTENSIONS = ROOT / "book" / "_ext"
pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels start as usual")]


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.syspath_prepend(EXTENSIONS)
    import kernels

    return kernels


def notebook(*cells):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})


def execute(cells, folder, timeout=60, **how):
    """The outputs of the cells, executed in ``folder``: what was printed, and what was shown by kind."""
    executed = NotebookClient(notebook(*cells), timeout=timeout, resources={"metadata": {"path": str(folder)}},
                              coalesce_streams=True, **how).execute()  # one print may arrive in two messages
    return [output.get("text") or dict(output["data"]) for cell in executed.cells for output in cell.outputs]


def test_torch_is_there_from_the_start(kernels, tmp_path):
    loaded = "import sys; print('torch' in sys.modules)"
    assert execute([loaded], tmp_path, kernel_manager_class=kernels.kernel_manager()) == ["True\n"]
    assert execute([loaded], tmp_path) == ["False\n"]


def test_same_outputs_as_of_a_kernel_that_starts_as_usual(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAPTER", "this one")
    cells = ["import os, sys; print(os.getcwd(), __name__, sys.argv[1:2]); sys.path",
             "import torch; print(torch.get_num_threads()); torch.manual_seed(0); torch.rand(3)",
             "weights = torch.nn.Parameter(torch.ones(2))\n"
             "optimizer = torch.optim.SGD([weights], lr=0.1)\n"
             "(weights ** 2).sum().backward(); optimizer.step(); weights",
             "import matplotlib; print(matplotlib.get_backend())",
             "from matplotlib import pyplot; pyplot.plot([1, 2]); pyplot.show()",
             "import multiprocessing; print(multiprocessing.get_start_method())",
             "print(os.environ['CHAPTER'])"]
    forked = execute(cells, tmp_path, kernel_manager_class=kernels.kernel_manager())
    assert forked == execute(cells, tmp_path)
    assert forked[0].startswith(f"{tmp_path} __main__")


def test_kernels_share_nothing(kernels, tmp_path):
    how = {"kernel_manager_class": kernels.kernel_manager()}
    execute(["import os, torch; torch.manual_seed(7); torch.here = 1; os.environ['HERE'] = '1'"], tmp_path, **how)
    cell = "import os, torch; print(torch.initial_seed() == 7, hasattr(torch, 'here'), 'HERE' in os.environ)"
    assert execute([cell], tmp_path, **how) == ["False False False\n"]


@pytest.mark.parametrize("manager", ["ForkedKernelManager", "EncryptingKernelManager"])
def test_kernels_do_not_warn_of_plain_text(tmp_path, manager):
    build = a_build(tmp_path, "1", manager)
    printed = build.communicate()
    assert "WARNING" not in "".join(printed) and build.returncode == 0


def test_a_chapter_that_takes_too_long_is_ended(kernels, tmp_path):
    cell = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(100)"
    with pytest.raises(CellTimeoutError):
        execute([cell], tmp_path, timeout=2, kernel_manager_class=kernels.kernel_manager())
    assert ends(int((tmp_path / "pid").read_text()))


def test_kernels_end_with_a_build_that_is_killed(tmp_path):
    build = a_build(tmp_path, "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(100)",
                    "ForkedKernelManager")
    pid = tmp_path / "pid"
    try:
        assert until(lambda: pid.exists() and pid.read_text()), "the chapter did not begin"
    finally:
        build.kill()
        build.communicate()
    assert ends(int(pid.read_text()))


def a_build(folder, cell, manager):
    """A process of its own that executes a cell with the kernel manager of this name."""
    (folder / "build.py").write_text(
        f"import sys; sys.path[:0] = [{str(EXTENSIONS)!r}, {str(Path(__file__).parent)!r}, {str(ROOT)!r}]\n"
        "import kernels, test_kernels\n"
        f"test_kernels.execute([{cell!r}], '.', kernel_manager_class=kernels.{manager})\n")
    return subprocess.Popen([sys.executable, "-c", "exec(open('build.py').read())"], cwd=folder, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ends(pid):
    """Whether the process ends soon."""
    return until(lambda: not alive(pid))


def alive(pid):
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


def until(true, seconds=60):
    """Wait until ``true()``; whether it became so."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return bool(true())
