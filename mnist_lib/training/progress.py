"""How a training shows that it lives: a bar where someone watches, a line an epoch in a log.

The executed pages of the book and files get lines; a terminal and a notebook get
a bar that moves. ``$MNIST_LIB_PROGRESS`` (bar, lines or none) overrides what
"auto" would choose.
"""

from __future__ import annotations

import os
import sys
import time

from mnist_lib import need

KINDS = ("auto", "bar", "lines", "none")
REFRESH = 0.2  # seconds between two moves of the bar


class Progress:
    """Progress of one training; a context manager that leaves the screen tidy."""

    def __init__(self, name: str, seed: int, epochs: int, kind: str = "auto"):
        if kind not in KINDS:
            raise ValueError(f"progress must be one of {', '.join(KINDS)}, not {kind!r}")
        if kind == "auto":
            kind = os.environ.get("MNIST_LIB_PROGRESS") or ("bar" if _watched() else "lines")
        self.title, self.epochs, self.kind = f"{name}, seed {seed}", epochs, kind
        self.bar, self.shown = None, 0.0

    def __enter__(self) -> Progress:
        if self.kind == "bar":
            self.bar = need("tqdm.auto").tqdm(
                total=self.epochs, desc=self.title, unit="epoch",
                bar_format="{desc}: {n:.1f}/{total} epochs |{bar}| {elapsed}<{remaining}{postfix}")
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.close()

    def resumed(self, done: int) -> None:
        """``done`` epochs were found in a checkpoint."""
        if self.bar is not None:
            self.bar.n = self.bar.initial = done
        elif self.kind == "lines":
            print(f"{self.title}: goes on after epoch {done}", flush=True)

    def batch(self, done: int, of: int, losses=None) -> None:
        """``done`` of ``of`` steps of the epoch are under way. Never waits for the device.

        ``losses`` (of,) are the steps' losses, each summed over its batch, still on the device.
        """
        if self.bar is not None and time.monotonic() - self.shown > REFRESH:
            self.bar.n = int(self.bar.n) + min(done / of, 0.999)
            self.bar.refresh()
            self.shown = time.monotonic()

    def epoch(self, records: list) -> None:
        """An epoch is over; its record is the last of ``records``."""
        last = records[-1]
        if self.bar is not None:
            self.bar.n = len(records)
            self.bar.set_postfix_str(f"test {last.test_accuracy:.2f} %")
        elif self.kind == "lines":
            print(f"{self.title}: epoch {len(records):2d} of {self.epochs}  "
                  f"train {last.train_accuracy:5.2f} %  test {last.test_accuracy:5.2f} %  "
                  f"rate {last.learning_rate:.2g}  {last.seconds:.1f} s", flush=True)


def _watched() -> bool:
    """Whether a bar would be seen moving: a terminal, or a live notebook."""
    if "ipykernel" in sys.modules:
        return True
    return sys.stderr.isatty()
