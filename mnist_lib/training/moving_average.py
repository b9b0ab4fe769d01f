"""The moving average of a network's weights, kept up at a fraction of the usual cost.

``torch.optim.swa_utils.AveragedModel`` collects and groups all tensors anew for every update, which takes a small
network longer than the arithmetic. :class:`MovingAverage` collects them once and computes the same numbers.
What an average of weights is good for: ``book/build/averaging.md``.
"""

from __future__ import annotations

from itertools import chain

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


class MovingAverage(AveragedModel):
    """An exponential moving average a' = d a + (1 - d) w of the weights and buffers of one network.

    ``decay`` is d, from 0 to 1 (``ValueError`` outside). The averaged network is ``module``; the first update copies.
    """

    def __init__(self, network: nn.Module, decay: float):
        super().__init__(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
        self.begun = False
        self.pairs = [_by_kind(network), _by_kind(self.module)]

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """One step of the average towards ``model``, the network it was made for."""
        self.begun = self.begun or bool(self.n_averaged)  # a checkpoint may have been loaded
        if not self.begun:
            super().update_parameters(model)
            return
        for current, average in zip(*self.pairs):
            self.multi_avg_fn(average, current, None)
        self.n_averaged += 1


def _by_kind(network: nn.Module) -> list[list[Tensor]]:
    """The network's tensors, those of floating point and the others: what changes in place, as training does."""
    tensors = [t.detach() for t in chain(network.parameters(), network.buffers())]
    return [kind for real in (True, False) if (kind := [t for t in tensors if t.is_floating_point() == real])]
