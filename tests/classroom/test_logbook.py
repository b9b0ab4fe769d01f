"""The logbook: what was written stays, and a line that was edited, taken out or put in is noticed."""

import dataclasses
import os

import pytest

from mnist_lib.classroom.challenge import logbook


def line(number, kind="try"):
    return logbook.Line(kind, "my_net.py:Net", f"{number:012x}", "a54ff149", (0, 1), 7_000 + number, 99.4, "near",
                        logbook.now())


@pytest.fixture
def book(tmp_path):
    for number in range(3):
        logbook.add(tmp_path, line(number))
    logbook.add(tmp_path, line(2, "look"))
    return tmp_path


def test_lines_are_read_as_they_were_written(book):
    lines = logbook.read(book)
    assert [x.parameters for x in lines] == [7_000, 7_001, 7_002, 7_002] and lines[0].seeds == (0, 1)
    assert logbook.looks(lines) == 1 and len(logbook.tries(lines)) == 3
    text = (book / logbook.FILE).read_text()
    logbook.add(book, line(2))  # the same try is not a second one
    assert (book / logbook.FILE).read_text() == text
    logbook.add(book, dataclasses.replace(line(2), seeds=(0, 1, 2)))
    grown = (book / logbook.FILE).read_text().splitlines()
    assert grown[:4] == text.splitlines()[:4] and len(grown) == 6  # lines are added and never changed
    assert len(logbook.tries(logbook.read(book))) == 3


def flipped(text):
    return text.replace("99.4", "99.5", 1)


@pytest.mark.parametrize("do", [
    lambda rows: [*rows[:1], flipped(rows[1]), *rows[2:]], lambda rows: [*rows[:3], flipped(rows[3])],
    lambda rows: rows[1:], lambda rows: [*rows[:1], *rows[2:]], lambda rows: [rows[0], *rows], lambda rows: rows[::-1],
    lambda rows: [rows[0].replace('"kind"', '"more": 1, "kind"'), *rows[1:]],
    lambda rows: [*rows, '{"kind": "look"}'], lambda rows: [*rows, rows[0]], lambda rows: [*rows, "[" * 9_000],
    lambda rows: [*rows, "null"], lambda rows: rows[:-1], lambda rows: rows[:-2], lambda rows: rows[:2],
    lambda rows: rows[-1:], lambda rows: []])
def test_an_edit_is_noticed_by_its_line(book, do):
    file = book / logbook.FILE
    file.write_text("\n".join(do(file.read_text().splitlines())) + "\n")
    text = file.read_text()
    with pytest.raises(ValueError, match=r"logbook.jsonl .*(can't be read|does not fit|has no end)"):
        logbook.read(book)
    with pytest.raises(ValueError):
        logbook.add(book, line(9))
    assert file.read_text() == text


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda f: os.symlink("/dev/zero", f)])
def test_what_is_no_file_is_told(tmp_path, make):
    make(tmp_path / logbook.FILE)
    with pytest.raises(ValueError, match="logbook.jsonl can't be read"):
        logbook.read(tmp_path)


def test_a_full_disk_leaves_no_half_line(book, monkeypatch):
    import resource

    file = book / logbook.FILE
    size, limits = file.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="cannot be written"):
            logbook.add(book, line(9))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert file.stat().st_size == size and len(logbook.read(book)) == 4
