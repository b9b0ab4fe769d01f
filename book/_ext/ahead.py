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
    waiting = []
    for name in docnames:
        if key := env.chapter_keys.get(name):
            cache, notebook = get_cache(cache_root(app) / key), read_chapter(env, name)
            if not is_kept(cache, notebook):
                waiting.append((name, cache, notebook))
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a chapter's process is its kernel
        running = {pool.submit(execute, Path(env.doc2path(chapter[0])), chapter[2], env.mystnb_config): chapter
                   for chapter in waiting}
        for number, done in enumerate(as_completed(running), 1):
            name, cache, notebook = running[done]
            good = not done.exception() and not done.result().err
            logger.info("[%d/%d] %s: %s", number, len(waiting), name, f"executed in {done.result().time:.1f} s"
                        if good else "failed; it will be executed again")
            if good:
                bundle = CacheBundleIn(notebook, env.doc2path(name), data={"execution_seconds": done.result().time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def read_chapter(env, name):
    """A page with code as a notebook without outputs."""
    path = env.doc2path(name)
    text = Path(path).read_text(encoding="utf-8")
    return create_nb_reader(path, env.myst_config, env.mystnb_config, text).read(text)


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


def execute(path, notebook, config):
    """Execute a notebook in its chapter's folder, in place."""
    return single_nb_execution(notebook, cwd=str(path.parent.resolve()), allow_errors=False, meta_override=True,
                               timeout=config.execution_timeout, kernel_manager_class=kernel_manager())


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
