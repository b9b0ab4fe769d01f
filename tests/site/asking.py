"""Asking a page for much at once."""

from __future__ import annotations

import json


def asked(page, function: str, argument=None):
    """``page.evaluate``, with argument and answer as JSON text: by value Playwright takes minutes for large ones."""
    return json.loads(page.evaluate(f"async (text) => JSON.stringify(await ({function})(JSON.parse(text)))",
                                    json.dumps(argument)))
