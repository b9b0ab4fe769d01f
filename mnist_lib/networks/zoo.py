"""The networks themselves: one entry an architecture, block by block.

Named after the step that introduces it; steps that change only how it is
trained share it. Sources: see the references page of the book.
"""

from __future__ import annotations

from ..rf import avg_pool, batchnorm, conv, global_avg_pool, max_pool
from .architecture import Architecture

_ALL = (
    # Six models (source s2, VarunSivamani) -------------------------------------------------
    Architecture("six-models/setup", unit="conv relu", blocks=dict(
        block1=(conv(32, 3, padding=1, bias=True), conv(64, 3, padding=1, bias=True)),
        pool1=(max_pool(2),),
        block2=(conv(128, 3, padding=1, bias=True), conv(256, 3, padding=1, bias=True)),
        pool2=(max_pool(2),),
        block3=(conv(512, 3, bias=True), conv(1024, 3, bias=True)),
        output=(conv(10, 3, bias=True, unit="conv"),))),
    *(Architecture(f"six-models/{name}", unit=unit, dropout=p, blocks=dict(
        input=(conv(8, 3),),
        block1=(conv(16, 3),),
        transition=(conv(8, 1), max_pool(2)),
        block2=(conv(16, 3), conv(8, 3), conv(16, 3), conv(16, 3)),
        gap=(avg_pool(4),),
        output=(conv(10, 1, unit="conv"),)))
      for name, unit, p in (("skeleton", "conv relu", 0.0),
                            ("batchnorm", "conv batchnorm relu", 0.0),
                            ("dropout", "conv batchnorm relu dropout", 0.1))),
    Architecture("six-models/steplr", unit="conv relu batchnorm dropout", dropout=0.1, blocks=dict(
        input=(conv(8, 3, unit="conv relu"),),
        block1=(conv(16, 3),),
        transition=(conv(8, 1, unit="conv"), max_pool(2)),
        block2=(conv(16, 3), conv(8, 3), conv(16, 3), conv(16, 3)),
        gap=(avg_pool(4),),
        output=(conv(10, 1, unit="conv"),))),
    # Three modules (s0, deepanshudashora) --------------------------------------------------
    *(Architecture(f"three-modules/{name}", unit=unit, dropout=p, blocks=dict(
        input=(conv(4, 3), conv(10, 3), conv(16, 3)),
        pool=(max_pool(2),),
        transition=(conv(12, 1), conv(8, 1)),
        block1=(conv(12, 3), conv(16, 3)),
        block2=(conv(10, 3), conv(16, 3)),
        gap=(avg_pool(3),),
        output=(conv(10, 1, unit="conv"),)))
      for name, unit, p in (("basic", "conv relu batchnorm", 0.0),
                            ("dropout", "conv relu batchnorm dropout", 0.025))),
    *(Architecture(f"three-modules/{name}", unit="conv relu batchnorm dropout", dropout=p, blocks=dict(
        input=(conv(4, 3), conv(10, 3)),
        pool=(max_pool(2),),
        transition=(conv(8, 1), conv(4, 1)),
        block1=(conv(10, 3), conv(16, 3)),
        block2=(conv(width, 3), conv(16, 3)),
        gap=(avg_pool(4),),
        output=(conv(10, 1, unit="conv"),)))
      for name, width, p in (("early-pooling", 18, 0.025), ("steplr", 18, 0.0), ("reduced", 12, 0.0))),
    # Three steps (s1, das91t70) ------------------------------------------------------------
    Architecture("three-steps/batchnorm", unit="conv batchnorm relu", blocks=dict(
        input=(conv(4, 3), conv(8, 3), conv(16, 3)),
        transition=(max_pool(2), conv(4, 1)),
        block1=(conv(8, 3), conv(16, 3), conv(10, 1)),
        output=(conv(10, 7, unit="conv"),))),
    Architecture("three-steps/regularization", unit="conv batchnorm relu", dropout=0.25, blocks=dict(
        input=(conv(4, 3), conv(8, 3), conv(16, 3, unit="conv batchnorm relu dropout")),
        transition=(max_pool(2), conv(4, 1)),
        block1=(conv(8, 3), conv(16, 3, unit="conv batchnorm relu dropout"), conv(32, 3)),
        output=(conv(10, 1, unit="conv"),),
        gap=(avg_pool(5),))),
    Architecture("three-steps/pooling-and-plateau", unit="conv batchnorm relu dropout", dropout=0.05,
                 blocks=dict(
        input=(conv(8, 3), conv(16, 3)),
        transition=(conv(8, 1), max_pool(2)),
        block1=(conv(16, 3), conv(16, 3, unit="conv batchnorm relu"), conv(16, 3), conv(16, 1)),
        gap=(avg_pool(6),),
        output=(conv(10, 1, unit="conv"),))),
    # Same padding (s3, ChikkaUdayaSai) -----------------------------------------------------
    *(Architecture(f"same-padding/{name}", unit="conv relu", blocks=dict(
        block1=(conv(a, 3, padding=1), conv(b, 3, padding=1), max_pool(2)),
        block2=(conv(c, 3, padding=1), conv(c, 3, padding=1), max_pool(2)),
        block3=(conv(d, 3, padding=1),),
        gap=(global_avg_pool(),),
        output=(conv(e, 1), conv(10, 1, bias=True, unit="conv"))))
      for name, (a, b, c, d, e) in (("skeleton", (32, 32, 64, 128, 256)),
                                    ("lighter", (9, 10, 16, 16, 32)))),
    *(Architecture(f"same-padding/{name}", unit=unit, dropout=p, blocks=dict(
        block1=(conv(9, 3, padding=1, unit=unit + " batchnorm"), conv(10, 3, padding=1),
                max_pool(2), batchnorm()),
        block2=(conv(16, 3, padding=1, unit=unit + " batchnorm"), conv(16, 3, padding=1),
                max_pool(2), batchnorm()),
        block3=(conv(16, 3, padding=1),),
        gap=(global_avg_pool(), batchnorm()),
        output=(conv(32, 1, unit=unit + " batchnorm"), conv(10, 1, bias=True, unit="conv"))))
      for name, unit, p in (("batchnorm", "conv relu", 0.0),
                            ("dropout", "conv dropout relu", 0.01))),
    # Drill-down (s4, gkdivya); its setup is six-models/setup ---------------------------------
    Architecture("drill-down/skeleton", unit="conv relu", blocks=dict(
        input=(conv(8, 3), conv(16, 3)),
        transition=(max_pool(2), conv(8, 1)),
        block2=(conv(10, 3), conv(10, 3), conv(16, 3)),
        output=(conv(10, 1, unit="conv"),),
        gap=(avg_pool(6),))),
    *(Architecture(f"drill-down/{name}", unit=unit, dropout=p, blocks=dict(
        input=(conv(8, 3), conv(16, 3)),
        transition=(max_pool(2), conv(8, 1)),
        block2=(conv(10, 3), conv(16, 3), conv(10, 3)),
        gap=(avg_pool(6),)))
      for name, unit, p in (("batchnorm", "conv batchnorm relu", 0.0),
                            ("dropout", "conv batchnorm dropout relu", 0.1))),
    Architecture("drill-down/fully-connected", unit="conv batchnorm relu dropout", dropout=0.03,
                 blocks=dict(
        input=(conv(8, 3), conv(16, 3)),
        transition=(max_pool(2), conv(8, 1)),
        block2=(conv(10, 3), conv(16, 3), conv(16, 3)),
        gap=(avg_pool(6),),
        output=(conv(10, 1, unit="conv"),))),
    Architecture("drill-down/onecycle", unit="conv relu batchnorm dropout", dropout=0.03, blocks=dict(
        input=(conv(8, 3), conv(16, 3)),
        transition=(max_pool(2), conv(8, 1, unit="conv")),
        block2=(conv(10, 3), conv(16, 3), conv(18, 3)),
        gap=(avg_pool(6),),
        output=(conv(16, 1), conv(10, 1, unit="conv")))),
    Architecture("drill-down/skeleton-13160", unit="conv relu", blocks=dict(
        block1=(conv(8, 3), conv(16, 3), conv(16, 3)),
        transition=(conv(8, 1), max_pool(2)),
        block2=(conv(16, 3), conv(16, 3), conv(16, 3), conv(16, 3)),
        output=(conv(10, 3, unit="conv"),))),
)

ARCHITECTURES: dict[str, Architecture] = {a.name: a for a in _ALL}
