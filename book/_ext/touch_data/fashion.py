"""By what each idea multiplies the errors, on digits and on clothes: a row a pair, MNIST above Fashion-MNIST."""

from math import exp

from .leaderboard import page_of

ROOM = 110


def data() -> dict:
    """The pairs as they are recorded."""
    from mnist_lib.studies.clothes import analysis as fashion

    return described(fashion.gather())


def described(evidence) -> dict:
    """A row a pair: [idea, name, page, points, low, factor, high of MNIST, the same of Fashion-MNIST, what is kept].

    ``points`` are of accuracy; low, factor, high are of the errors, over the seeds. What is not known is null.
    """
    from mnist_lib.studies.clothes import analysis as fashion
    from mnist_lib.studies.clothes import pages as fashion_pages
    from mnist_lib.studies.clothes import plan as declared

    rows = []
    for pair, effect in zip(declared.PAIRS, fashion.pairs(evidence), strict=True):
        row = [pair.idea, fashion_pages.named(pair), page_of(pair.after)]
        for of, gain in ((evidence.mnist, effect.mnist), (evidence.clothes, effect.clothes)):
            found = fashion.weighed(of, (pair,), errors=True)
            span = found and found.interval()
            ends = [exp(v) for v in span] if span else [None, None]
            values = [gain.points, ends[0], exp(found.points), ends[1]] if found else [None] * 4
            row += [None if v is None else round(v, 3) for v in values]
        rows.append([*row, effect.kept])
    return {"ideas": list(dict.fromkeys(row[0] for row in rows)), "rows": rows}
