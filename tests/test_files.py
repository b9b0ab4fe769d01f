"""Writing: whole or not at all, never in place of what is no file; and what a killed process left."""

import os

import pytest

from mnist_lib.files import partial_mark, read_json, ready_to_write, write_atomically


def test_links_are_followed(tmp_path):
    (tmp_path / "link").symlink_to("behind")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "behind").read_bytes() == b"new"


@pytest.mark.parametrize("make,kind", [
    (lambda p: p.mkdir(), "a folder"), (os.mkfifo, "a pipe"), (lambda p: p.symlink_to("/dev/null"), "a device")])
def test_what_is_no_file_is_not_replaced(tmp_path, make, kind):
    target = tmp_path / "out"
    make(target)
    for write in (lambda: write_atomically(target, b"x"), lambda: ready_to_write(target)):
        with pytest.raises(ValueError, match=f"out is {kind}, which is not replaced"):
            write()
    assert list(tmp_path.iterdir()) == [target] and not target.is_file()


def test_what_a_killed_process_left_is_taken_away_and_nothing_else(tmp_path):
    target = tmp_path / "out.json"
    begin = partial_mark(target)
    dead, alive, foreign, other = (tmp_path / name for name in (
        f"{begin}999999999-x.partial", f"{begin}{os.getpid()}-x.partial", "out.json.ffffffff-1-x.partial",
        "another.json.partial"))
    for file in (dead, alive, foreign, other):
        file.write_text("half")
    write_atomically(target, b"whole")
    assert not dead.exists() and all(f.exists() for f in (alive, foreign, other, target))


def test_a_check_that_fails_leaves_the_old_file(tmp_path):
    target = tmp_path / "out"
    write_atomically(target, b"old")

    def refuse(partial):
        assert partial.read_bytes() == b"new"
        raise ValueError("not good")

    with pytest.raises(ValueError, match="not good"):
        write_atomically(target, b"new", refuse)
    assert target.read_bytes() == b"old" and list(tmp_path.iterdir()) == [target]


def test_no_room_and_no_right_are_told_with_the_path(tmp_path):
    with pytest.raises(OSError, match="MB free and .* are needed"):
        ready_to_write(tmp_path / "out", 10**18)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file/below cannot be written"):
        write_atomically(tmp_path / "file" / "below", b"x")


@pytest.mark.parametrize("text,problem", [
    ("[" * 10_000, "nested too deep"), ('{"a": 1, "a": 2}', "'a' stands in it twice"), ("NaN", "NaN is no number"),
    ("\udcff", "surrogates|decode")])
def test_json_that_is_not_to_be_trusted(tmp_path, text, problem):
    (tmp_path / "x").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=problem):
        read_json(tmp_path / "x")


def test_huge_files_and_pipes_are_not_read(tmp_path):
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(10**10)
    os.mkfifo(tmp_path / "pipe")
    for name, problem in (("huge", "10,000,000,000 bytes"), ("pipe", "it is a pipe")):
        with pytest.raises(ValueError, match=problem):
            read_json(tmp_path / name)
