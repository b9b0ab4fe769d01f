"""Where the book's sources live: the workflow's word, else git's remote, else nowhere."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from repository import WithAddress, address_and_branch, find_addresses, site_address, web_address

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("remote, address", [
    ("https://github.com/owner/name.git", "https://github.com/owner/name"),
    ("https://someone:secret@github.com/owner/name", "https://github.com/owner/name"),
    ("git@github.com:owner/name.git", "https://github.com/owner/name"),
    ("ssh://git@gitlab.com/group/sub/name.git", "https://gitlab.com/group/sub/name"),
    ("/srv/git/name", None),
    ("../name", None),
    ("file:///srv/git/name.git", None),
    ("", None),
])
def test_web_address(remote, address):
    assert web_address(remote) == address


def test_the_workflow_comes_before_the_remote(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert address_and_branch(tmp_path, {}) == (None, "main")
    remote = ["remote", "add", "origin", "git@github.com:a/b.git"]
    subprocess.run(["git", "-C", str(tmp_path), *remote], check=True)
    assert address_and_branch(tmp_path, {}) == ("https://github.com/a/b", "main")
    workflow = {"GITHUB_REPOSITORY": "c/d", "GITHUB_REF_NAME": "v2"}
    assert address_and_branch(tmp_path, workflow) == ("https://github.com/c/d", "v2")


@pytest.mark.parametrize("environment, site", [
    ({"GITHUB_REPOSITORY": "Owner/name"}, "https://owner.github.io/name/"),
    ({"GITHUB_REPOSITORY": "owner/Owner.github.io"}, "https://owner.github.io/"),
    ({"GITHUB_REPOSITORY": "o/n", "GITHUB_SERVER_URL": "https://git.example.org"}, None),
    ({"GITHUB_REPOSITORY": "o/n", "BOOK_SITE": "https://book.example.org"}, "https://book.example.org/"),
    ({}, None),
])
def test_where_the_site_is(tmp_path, environment, site):
    assert site_address(tmp_path, environment) == site


@pytest.mark.parametrize("address, shown", [
    ("https://github.com/o/n", True), ("https://gitlab.example.org/o/n", True), ("https://codeberg.org/o/n", False)])
def test_a_host_that_the_theme_does_not_know_gets_no_buttons_of_the_theme(tmp_path, monkeypatch, address, shown):
    """It would end the build otherwise."""
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", address], check=True)
    config = SimpleNamespace(html_theme_options={})
    find_addresses(SimpleNamespace(srcdir=tmp_path), config)
    assert config.book_address == address and ("repository_url" in config.html_theme_options) == shown


@pytest.mark.parametrize("address, shown", [
    ("https://github.com/o/n", "git clone https://github.com/o/n mnist\nmake book"),
    (None, "make book  # in your clone")])
def test_commands_name_the_address_or_do_without(address, shown):
    env = SimpleNamespace(config=SimpleNamespace(book_address=address))
    state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    lines = ["git clone ADDRESS mnist", "make book", "---", "make book  # in your clone"]
    block, = WithAddress("with-address", [], {}, lines, 1, 0, "", state, SimpleNamespace(reporter=None)).run()
    assert block.astext() == shown and block["language"] == "bash"


def test_no_text_leaves_the_address_to_the_reader():
    """A page has it filled in, and says what to do without; what is read in the repository does without."""
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").rglob("*.md"))]:
        text = re.sub(r"^```\{with-address\}\n.*?\n---\n(.*?)^```$", r"\1", path.read_text(encoding="utf-8"),
                      flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"ADDRESS\b", text), path
