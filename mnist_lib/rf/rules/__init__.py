"""Rules: what the outputs of each operation depend on, in files by kind.

``registry.py`` is where rules are kept and new ones come in; ``pointwise.py`` has the operations that
look at one place only, ``spatial.py`` those that look at neighbours, ``shape.py`` those that move, cut
or join places, ``mixing.py`` those that mix them. Importing this package registers them all.
"""

from . import mixing, shape, spatial  # noqa: F401
