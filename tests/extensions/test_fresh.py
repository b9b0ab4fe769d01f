"""A file is made again when something it is made from is younger, or when it is not there."""

import os

from fresh import is_fresh


def test_what_is_older_than_a_source_is_made_again(tmp_path):
    made, source = tmp_path / "made.js", tmp_path / "lib" / "a.py"
    source.parent.mkdir()
    source.write_text("")
    assert not is_fresh(made, tmp_path, "lib/*.py")
    made.write_text("")
    os.utime(source, (100, 100))
    os.utime(made, (200, 200))
    assert is_fresh(made, tmp_path, "lib/*.py")
    os.utime(source, (300, 300))
    assert not is_fresh(made, tmp_path, "lib/*.py")
    assert is_fresh(made, tmp_path, "data/*")
