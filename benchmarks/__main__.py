"""``python -m benchmarks``: every benchmark there is; arguments go to ``benchmarks/engine.py``."""

import sys

from .engine import main

sys.exit(main())
