"""How much each pixel matters to units of several layers: mean absolute gradients, from one run of the network."""

from __future__ import annotations

import torch

from .snapshot import left_as_found


def masses(network, images, units) -> dict[str, torch.Tensor]:
    """The mean absolute gradient of some units with respect to the pixels, (H, W), by layer.

    ``units`` has for each layer's name a function of its output that returns the index of what
    is summed up. A layer that was not executed, or on which no pixel depends, is left out.
    """
    sums, modules, hooks = {}, dict(network.named_modules()), []
    first = next(network.parameters(), torch.empty(0))
    pictures = images.detach().to(first.device, first.dtype, copy=True).requires_grad_(True)

    def note(layer):
        def hook(module, args, output):
            output = output[0] if isinstance(output, (tuple, list)) else output
            sums[layer] = output[units[layer](output)].sum()  # now, before it is overwritten
        return hook

    with left_as_found(network), torch.enable_grad():
        try:
            hooks += [modules[layer].register_forward_hook(note(layer)) for layer in units]
            network(pictures)
        finally:
            for hook in hooks:
                hook.remove()
        found = {}
        for layer, total in sums.items():
            if total.requires_grad:
                gradient, = torch.autograd.grad(total, pictures, retain_graph=True, allow_unused=True)
                if gradient is not None:
                    found[layer] = gradient.detach().double().abs().mean((0, 1)).cpu()
    return found
