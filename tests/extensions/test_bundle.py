"""The scripts of a page as one file: lighter, and the same program."""

import pytest
from bundle import bundle, lighter

from tests import ROOT

STATIC = ROOT / "book/_static"
OURS = sorted(path.relative_to(STATIC).as_posix()[:-3] for path in STATIC.rglob("*.js") if "vendor" not in path.parts)


def test_a_script_loses_its_indentation_and_its_comments_and_nothing_else():
    script = '  /* one\n     comment */\n  const a = `${b ? `${c} more` : ""} of it`; /* kept */\n'
    assert lighter(script) == 'const a = `${b ? `${c} more` : ""} of it`; /* kept */\n'


def test_a_script_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="parts/nothing.js"):
        bundle(STATIC, ["parts/dom", "parts/nothing"])


@pytest.mark.parametrize("name", OURS)
def test_a_script_can_stand_before_another(name):
    """It ends its last statement, and no template or string goes over a line, whose first spaces would be lost."""
    text = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.count("`") % 2] == []
    assert "\\\n" not in text and text.rstrip().endswith(";")
