"""Serve the built site on this machine, on the first free port from 8000 up.

    python3 tools/serve.py [PORT]        # what `make serve` runs
"""

from __future__ import annotations

import functools
import http.server
import sys
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Logs nothing but errors."""

    def log_request(self, code="-", size="-"):
        pass


def open_server(folder: Path, first_port: int = 8000) -> http.server.ThreadingHTTPServer:
    """A server of `folder` for this machine only, on `first_port` or one of the 99 after it."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    for port in range(first_port, first_port + 100):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
    raise OSError(f"no free port from {first_port} to {first_port + 99}")


def main(arguments: list[str]) -> int:
    if not (SITE / "index.html").exists():
        print("There is no site yet: run make book first", file=sys.stderr)
        return 1
    server = open_server(SITE, int(arguments[0]) if arguments else 8000)
    print(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends this)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
