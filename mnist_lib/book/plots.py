"""What a page draws its figures with: the book's look, and pictures of digits.

Figures are returned, not shown: the last line of a cell shows them. How they look
is in ``style.py``; pictures of digits are in ``pictures.py``.
"""

from functools import wraps

import matplotlib

from .pictures import digits, draws
from .style import (
    COLOURS,
    STYLE,
    Picture,
    figure,
    use_style,
)

__all__ = ["COLOURS", "Picture", "digits", "draws", "figure", "styled", "use_style"]


def styled(draw):
    """Run a drawing function in the book's look, whatever the notebook's own settings are."""
    @wraps(draw)
    def drawn(*args, **options):
        with matplotlib.rc_context(STYLE):
            return draw(*args, **options)

    return drawn
