"""The figures that answer back, a file each, named as in ``{touch} NAME``: what a figure's script gets to draw.

    data       (options) -> plain JSON; its parameters are the directive's options, with their usual values
    ROOM       the height of the controls on a desktop, in pixels, kept free until they come
    SCRIPTS    which scripts of ``book/_static`` it needs besides the shared ones, without ".js" (may be left out)

Everything comes from the records and the library when the page is written. ``book/_static/touch/NAME.js`` draws it:
on the page, and before, when the book is built (``book/_ext/painting.py``).
"""
