"""Kernels that have torch loaded from the start, so that a chapter need not wait for it.

Importing torch takes longer than what most chapters compute. On Linux one process, the fork
server of the standard library, imports it once, with what else most chapters import, and every
kernel is a copy of that process. Elsewhere copying a process that has torch loaded is not safe,
and kernels start as usual.
"""

import ast
import multiprocessing
import os
import subprocess
import sys
import threading
import uuid
from functools import cache

import zmq
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

# Only what starts no threads when imported: they would be missing from the copies.
LOADED = ["ipykernel.kernelapp", "torch", "torch._dynamo", "matplotlib.figure", "pandas", "scipy.stats", "myst_nb",
          "mnist_lib.book.sheet"]  # the last one brings most of the library


def kernel_manager():
    """The class that starts kernels on this system."""
    return ForkedKernelManager if sys.platform == "linux" else EncryptingKernelManager


class EncryptingKernelManager(AsyncKernelManager):
    """A kernel manager that encrypts what it says to its kernel; each kernel prints a warning if none does."""

    @default("transport_encryption")
    def _transport_encryption_default(self):
        return "auto" if zmq.has("curve") else "disabled"


class ForkedKernelManager(EncryptingKernelManager):
    """A kernel manager whose kernel is a :class:`ForkedKernel`."""

    async def _async_pre_start_kernel(self, **options):
        self.kernel_id = self.kernel_id or str(uuid.uuid4())
        self.provisioner = self.provisioner or ForkedKernel(
            kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)


class ForkedKernel(LocalProvisioner):
    """Starts a kernel by forking; otherwise what ``LocalProvisioner`` does with a process."""

    async def launch_kernel(self, cmd, *, env, cwd=None, **_):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        arguments = cmd[cmd.index("-m") + 1:]
        process = context.Process(target=run_kernel, args=(
            arguments, env, cwd or os.getcwd(), search_path(env.get("PYTHONPATH", ""))))
        process.start()
        self.process, self.pid, self.cwd = Handle(process), process.pid, cwd
        return self.connection_info


class Handle:
    """A process of ``multiprocessing`` with the methods of ``subprocess.Popen`` that are needed here."""

    stdin = stdout = stderr = None

    def __init__(self, process):
        self.process, self.pid = process, process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self):
        return self.process.exitcode

    def wait(self):
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)


@cache
def search_path(python_path):
    """Where Python looks for modules when it is started with this PYTHONPATH, but for the folder it is started in."""
    found = subprocess.run([sys.executable, "-c", "import sys; print(sys.path[1:])"], stdout=subprocess.PIPE, text=True,
                           env={**os.environ, "PYTHONPATH": python_path}, check=True)
    return ast.literal_eval(found.stdout)


def run_kernel(arguments, environment, folder, path):
    """Become the kernel that ``python -m`` with these arguments would start; called in the copied process."""
    os.setsid()  # Ctrl-C in the terminal is for the build, which then ends its kernels
    os.chdir(folder)
    os.environ.update(environment)  # and what torch set when it was loaded stays
    sys.path[:] = path
    multiprocessing.set_start_method(None, force=True)  # the system's own for what the chapter starts
    sys.argv = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    threading.Thread(target=end_with_the_build, daemon=True).start()

    import matplotlib
    from ipykernel.kernelapp import launch_new_instance

    # ipykernel names its backend in the environment, where a matplotlib that is loaded already does not look
    matplotlib.rcParams["backend"] = environment.get("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    launch_new_instance()


def end_with_the_build():
    """A kernel holds on to the process it was copied from, so that process's end can't be the sign."""
    multiprocessing.parent_process().join()
    os._exit(1)
