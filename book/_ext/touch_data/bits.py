"""Bits a weight: the weights of a trained network, where they lie on a grid of so many bits, and what that costs."""

ROOM = 110
BINS, FIRST = 64, 4  # of the weights in float, and the bits that are there at first


def data() -> dict:
    """For each network of seed 0: counts of its weights, each over the largest of its channel, in BINS from -1 to 1;
    and for each width its bytes, the counts on the grid from the lowest value on, and [mean accuracy as text, so
    that it is rounded once, trainings] rounded and tuned, null where not recorded."""
    from mnist_lib.studies.little import analysis as little
    from mnist_lib.studies.little import bits_plan as bits
    from mnist_lib.studies.little import bits_quantize as quantize
    from mnist_lib.studies.little import pages as little_pages
    from mnist_lib.training import records, trained

    def accuracy(name, width, tuned):
        found = [one.accuracy for one in little.versions(name, width, tuned=tuned)]
        return [f"{sum(found) / len(found):.2f}", len(found)] if found else None

    networks = []
    for name in bits.NETWORKS:
        folded = quantize.folded(trained(records.load(records.path(name, 0))))
        layers = [conv.weight.detach() for conv in quantize.convolutions(folded).values()]
        shares = [w / quantize.on_grid(w, 2).scale for w in layers]  # at 2 bits the scale is the largest
        counts = sum(share.flatten().clamp(-1, 1).histc(BINS, -1, 1) for share in shares)
        widths = []
        for width in (bits.FLOAT, *bits.WIDTHS):
            most = 2 ** (width - 1) - 1
            codes = [quantize.on_grid(w, width).codes.flatten().long() + most for w in layers if width < bits.FLOAT]
            grid = sum(code.bincount(minlength=2 * most + 1) for code in codes).tolist() if codes else None
            widths.append({"bits": width, "bytes": len(quantize.to_bytes(folded, width)), "grid": grid,
                           "rounded": accuracy(name, width, False), "tuned": accuracy(name, width, True)})  # fmt: skip
        networks.append({"name": little_pages.NAMES[name], "weights": [int(n) for n in counts], "widths": widths})
    return {"network": 0, "width": [one["bits"] for one in networks[0]["widths"]].index(FIRST), "networks": networks}
