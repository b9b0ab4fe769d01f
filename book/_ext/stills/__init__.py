"""The figures that answer back: for each its data, and the still picture of them that needs no script.

A file a figure, named as in ``{touch} NAME``. Each has

    OPTIONS    what the directive may give it, with the usual values
    data       (options) -> what the figure's script gets, as plain JSON
    still      (data) -> an SVG in the page's colours, the same picture that the script begins with
    ROOM       the height of its controls on a desktop, in pixels, kept free until they come
    SCRIPTS    which scripts of ``book/_static`` it needs besides the shared ones, without ".js" (may be left out)
    BROAD      True for one that takes the width of a table rather than that of a line

Everything comes from the records and the library when the page is written.
"""

NAMES = (
    "schedules",
    "luck",
    "leaderboard",
    "ideas",
    "factorial",
    "fashion",
    "batchnorm",
    "dropout",
    "averaging",
    "pooling",
    "channels",
    "valley",
    "field",
    "augmentation",
    "shifts",
    "little",
    "bits",
)
