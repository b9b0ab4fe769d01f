"""Pages of one build measure a stored network once; outside a build everything is measured anew."""


import build_book
import pytest

from mnist_lib.book.once import FOLDER, once


def counted(value):
    """A measurement, and the list that counts how often it was made."""
    calls = []
    return (lambda: calls.append(1) or value), calls


def test_outside_a_build_everything_is_measured_when_it_is_asked_for(monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    measure, calls = counted(0.5)
    assert [once(measure, "a"), once(measure, "a")] == [0.5, 0.5] and len(calls) == 2


@pytest.mark.parametrize("value", [99.0 + 1 / 3, [3, 17, 9999], []])
def test_in_a_build_the_second_page_gets_the_same_value_to_the_last_digit(monkeypatch, tmp_path, value):
    monkeypatch.setenv(FOLDER, str(tmp_path / "measured"))
    measure, calls = counted(value)
    assert once(measure, "a", 5) == once(measure, "a", 5) == value and len(calls) == 1
    assert once(measure, "a", 6) == value and once(measure, "a", "5") == value and len(calls) == 3


def test_what_fails_is_not_kept(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        once(lambda: 1 / 0, "a")
    assert list(tmp_path.iterdir()) == [] and once(lambda: 1, "a") == 1


def test_a_build_gives_its_pages_that_folder(tmp_path):
    (tmp_path / ".matplotlib").mkdir()  # or its list of fonts would be made
    assert build_book.build_environment(tmp_path)[FOLDER] == str(tmp_path / ".measured")
