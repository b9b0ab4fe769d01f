"""What stands in for a package that a student's file imports and that is not here: Colab's, plots, summaries.

It does nothing, and the report says which did. ``torchvision.datasets.MNIST`` gives this library's training images.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator

from mnist_lib import MissingExtra

PACKAGES = frozenset(
    "google torchsummary torchinfo torchviz torchvision seaborn plotly bokeh matplotlib mpl_toolkits IPython "
    "ipywidgets wandb tensorboard tensorboardX tqdm cv2 PIL albumentations pandas sklearn skimage requests "
    "netron graphviz torchmetrics torch_lr_finder psutil thop fvcore".split())
DIGITS: list[Callable] = []  # gives images and labels where they are not this library's own


class Nothing(types.ModuleType):
    """Called, asked for a part, opened or gone through, it does nothing; a decorator leaves what it is put on."""

    __version__ = "99"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing(f"{self.__name__}.{name}")

    def __call__(self, *given, **named):
        return given[0] if len(given) == 1 and callable(given[0]) and not named else self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __getitem__(self, _):
        return self

    def __mro_entries__(self, bases):
        return (object,)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked after all others, for the packages above."""

    def __init__(self):
        self.used: set[str] = set()

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in PACKAGES:
            return None
        self.used.add(".".join(name.split(".")[:2]) if name.startswith("google.") else name.partition(".")[0])
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Nothing(spec.name)

    def exec_module(self, module):
        module.__path__ = []


@contextlib.contextmanager
def standing_in(opens_torchvision: bool) -> Iterator[set[str]]:
    """While a student's code is imported: yields the names of the packages that were missing and stood in for."""
    finder, kept = _Finder(), contextlib.ExitStack()
    if opens_torchvision:
        _with_our_digits(kept)
    sys.meta_path.append(finder)
    try:
        with kept:
            yield finder.used
    finally:
        sys.meta_path.remove(finder)
        finder.used.discard("google")
        for name in [n for n, module in sys.modules.items() if type(module) is Nothing]:
            del sys.modules[name]


def _with_our_digits(kept: contextlib.ExitStack) -> None:
    """Import torchvision, if it is installed, and let its MNIST be our training images until ``kept`` is closed."""
    from ..data import HELD_OUT, import_torchvision, mnist

    with contextlib.suppress(ImportError, MissingExtra):
        import_torchvision()
        import torchvision.datasets

        class MNIST(torchvision.datasets.MNIST):
            """The training images that are learnt from, whatever it is asked for; the test set is not here."""

            def __init__(self, root="", train=True, transform=None, target_transform=None, download=False):
                torchvision.datasets.VisionDataset.__init__(self, root, None, transform, target_transform)
                whole = mnist("train") if not DIGITS else None
                images, self.targets = DIGITS[0]() if whole is None else (
                    whole.images[:-HELD_OUT], whole.labels[:-HELD_OUT])
                self.data, self.train = images[:, 0], train

        kept.callback(setattr, torchvision.datasets, "MNIST", torchvision.datasets.MNIST)
        torchvision.datasets.MNIST = MNIST
