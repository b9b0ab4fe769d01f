"""`make serve` shows the site on the first free port, and says what to do where it cannot."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"


def serve(folder, *settings):
    """`make serve` as from a shell: a make that runs the tests hands its flags on, and is told of folders."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "-f", str(MAKEFILE), "serve", f"PYTHON={sys.executable}", *settings]
    return subprocess.Popen(command, cwd=folder, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, start_new_session=True)


def taken():
    """A port that is taken, and the socket that takes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


def test_it_takes_the_first_free_port(tmp_path):
    (tmp_path / "_build" / "html").mkdir(parents=True)
    (tmp_path / "_build" / "html" / "index.html").write_text("the book")
    one, busy = taken()
    two, free = taken()
    two.close()
    with one:
        server = serve(tmp_path, f"PORT={busy} {free}")
        try:
            said = server.stdout.readline()
            assert f"http://127.0.0.1:{free}/" in said
            assert urllib.request.urlopen(f"http://127.0.0.1:{free}/", timeout=10).read() == b"the book"
        finally:
            subprocess.run(["kill", "--", f"-{server.pid}"], check=True)
            server.communicate()
        out, err = serve(tmp_path, f"PORT={busy}").communicate()
    assert "No free port" in err and "make serve PORT=" in err


def test_there_is_nothing_to_serve_before_the_book_is_built(tmp_path):
    server = serve(tmp_path)
    out, err = server.communicate()
    assert server.returncode and "make book" in err and not out
