"""Rules: what the outputs of each operation depend on, in files by kind.

``registry.py`` is where rules are kept and new ones come in; ``pointwise.py`` has the operations that look at
one place only, ``shape.py`` those that move, cut or join places, ``indexing.py`` and ``sampling.py``
those that read at given ones, ``convolution.py``, ``pooling.py`` and ``resizing.py`` those that look at
neighbours, ``mixing.py``, ``softmax.py`` and ``attention.py`` those that mix many,
``quantized.py`` those on integers, ``functions.py`` what no operator tells. ``structure.py`` follows what is surely
zero in a constant. Importing this package registers them all.
"""

from . import (  # noqa: F401
    attention,
    convolution,
    functions,
    indexing,
    mixing,
    pooling,
    quantized,
    resizing,
    sampling,
    shape,
    softmax,
)
