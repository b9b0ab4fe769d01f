"""Sphinx extension: chapters that have to be executed are executed before they are read, side by side.

Sphinx reads one page after the other, and MyST-NB executes each as it is read, which leaves all
cores but one idle. Here the outputs are put into the caches of ``reexecute.py`` before, where
MyST-NB then finds them. A chapter that fails is not kept: it is executed again when it is read, and
MyST-NB says what is wrong.
"""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from kernels import kernel_manager
from myst_nb.core.read import create_nb_reader
from reexecute import cache_root
from sphinx.util import logging

logger = logging.getLogger(__name__)


def execute_ahead(app, env, docnames):
    """Execute every chapter to be read whose outputs are in no cache, as many at a time as there are cores."""
    waiting = {}
    for name in docnames:
        if key := env.chapter_keys.get(name):
            path = Path(env.doc2path(name))
            content = path.read_text(encoding="utf-8")
            notebook = create_nb_reader(str(path), env.myst_config, env.mystnb_config, content).read(content)
            if not is_kept(cache_of(app, key), notebook):
                waiting[name] = path, key, notebook
    if not waiting:
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a chapter's process is its kernel
        running = {pool.submit(execute, path, notebook, env.mystnb_config.execution_timeout): name
                   for name, (path, _, notebook) in waiting.items()}
        for number, done in enumerate(as_completed(running), 1):
            name = running[done]
            path, key, notebook = waiting[name]
            result = None if done.exception() else done.result()
            good = result and not result.err
            logger.info("[%d/%d] %s: %s", number, len(waiting), name,
                        f"executed in {result.time:.1f} s" if good else "failed; it will be executed again")
            if good:
                bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": result.time})
                cache_of(app, key).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def is_kept(cache, notebook) -> bool:
    """Whether a cache has the outputs of a notebook; an entry that cannot be read is thrown away."""
    try:
        entry = cache.match_cache_notebook(notebook).pk
    except KeyError:
        return False
    try:
        cache.get_cache_bundle(entry)
    except Exception:  # of several kinds, as a file was cut off or changed
        cache.remove_cache(entry)
        return False
    return True


def execute(path, notebook, timeout):
    """Execute a notebook in its chapter's folder, in place."""
    return single_nb_execution(notebook, cwd=str(path.parent.resolve()), allow_errors=False, timeout=timeout,
                               meta_override=True, kernel_manager_class=kernel_manager())


def cache_of(app, key):
    """The cache that MyST-NB will look into for the outputs of a chapter with this key."""
    return get_cache(str(cache_root(app) / key))


def write_side_by_side(app, env):
    """Let Sphinx write pages in as many processes as there are cores, besides its own.

    Jupyter Book has no option for it. It is set when all pages are read, because not every
    extension can have them read side by side.
    """
    app.parallel = 1 + (os.cpu_count() or 1)


def setup(app):
    os.environ["OMP_NUM_THREADS"] = "1"  # for each kernel, so that they do not fight for the cores
    app.connect("env-before-read-docs", execute_ahead)
    app.connect("env-updated", write_side_by_side)
