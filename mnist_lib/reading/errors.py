"""What is wrong with a reader's own code, in one line that names file, cell and line."""

from __future__ import annotations

from pathlib import Path

LONGEST = 300  # characters of a message that somebody else's code wrote
LIBRARY = str(Path(__file__).resolve().parents[1])
NAMES: dict[str, str] = {}  # where code that was read comes from, as Python calls it, and as messages call it


class Refused(ValueError):
    """Something of the reader's own is wrong; the message is one line and says what to do next."""


def line(text: object, longest: int = LONGEST) -> str:
    """A text of unknown origin as one line that prints: no control characters, and not too long."""
    try:
        text = str(text)
    except Exception:  # an exception whose own __str__ fails
        text = f"({type(text).__name__} that cannot be printed)"
    text = " ".join(text[:10 * longest].split())
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= longest else text[:longest - 1] + "…"


def where(error: BaseException) -> str:
    """``my_net.py, line 3: NameError: …``: the last place in the reader's own code that an error went through."""
    places, trace = [], error.__traceback__
    while trace:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    told = f"{type(error).__name__}: {line(getattr(error, 'msg', error) if isinstance(error, SyntaxError) else error)}"
    for file, number in reversed(places):
        if file.startswith(LIBRARY) or "site-packages" in file:
            continue
        for begins, name in NAMES.items():
            if file.startswith(begins):
                return f"{name + file[len(begins):]}, line {number}: {told}"
    return told
