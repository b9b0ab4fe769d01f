"""Sphinx extension: where the book's sources live, found out in one place.

The publishing workflow says it in its environment (``GITHUB_REPOSITORY`` and the like); on a
reader's machine it is git's remote ``origin``. Where neither names a web address the buttons
that would lead there are left out, so that a fork or a bare copy builds without an edit.

A page gives commands that need the address in a block of its own, followed by what to do without::

    ```{with-address}
    pip install git+ADDRESS
    ---
    pip install .       # in your clone
    ```
"""

import os
import re
import subprocess
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PUBLISHED = "gh-pages"  # the branch that holds the site and its notebooks


def web_address(remote: str) -> str | None:
    """``https://host/owner/name`` for the address of a git remote; None for a local one.

    >>> web_address("git@github.com:owner/name.git")
    'https://github.com/owner/name'
    """
    start = r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)"
    match = re.fullmatch(start + r"([\w.-]+\.\w+)[:/](.+?)(?:\.git)?/?", remote)
    return f"https://{match[1]}/{match[2]}" if match else None


def git(root, *command: str) -> str:
    """What git prints for `command`, or nothing where git or the repository is missing."""
    try:
        return subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def address_and_branch(root, environment=os.environ) -> tuple[str | None, str]:
    """The repository's web address (None where there is none) and the branch pages refer to."""
    if environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{environment['GITHUB_REPOSITORY']}", environment.get("GITHUB_REF_NAME") or "main"
    return web_address(git(root, "remote", "get-url", "origin")), "main"


def commit(root) -> str:
    """The version that is checked out, as 40 digits; nothing where git does not know."""
    return git(root, "rev-parse", "--verify", "--quiet", "HEAD")


def site_address(root, environment=os.environ) -> str | None:
    """Where the published site is, with a slash at the end: ``$BOOK_SITE``, or GitHub's own place for it.

    None where neither is known.
    """
    if given := environment.get("BOOK_SITE"):
        return given.rstrip("/") + "/"
    address, _ = address_and_branch(root, environment)
    parts = urlsplit(address or "")
    if parts.netloc != "github.com":
        return None
    owner, name = parts.path.strip("/").split("/")[:2]
    home = f"{owner}.github.io".lower()
    return f"https://{home}/" if name.lower() == home else f"https://{home}/{name}/"


def find_addresses(app, config):
    """Ask once a build, for the theme's buttons and for whatever else leads to the repository or the site."""
    config.book_address, branch = address_and_branch(app.srcdir)
    config.book_site = site_address(app.srcdir)
    host = urlsplit(config.book_address or "").netloc
    if any(name in host for name in ("github", "gitlab", "bitbucket")):  # the theme knows no others
        config.html_theme_options.update(
            repository_url=config.book_address, repository_branch=branch, path_to_docs="",
            use_repository_button=True, use_issues_button=True, use_edit_page_button=True)


class WithAddress(SphinxDirective):
    """A block of shell commands with the repository's address in place of ADDRESS, or the commands without it."""

    has_content = True

    def run(self):
        known, _, unknown = "\n".join(self.content).partition("\n---\n")
        address = self.config.book_address
        text = known.replace("ADDRESS", address) if address else unknown
        return [nodes.literal_block(text, text, language="bash")]


def setup(app):
    app.add_config_value("book_address", None, "env")
    app.add_directive("with-address", WithAddress)
    app.add_config_value("book_site", None, "html")
    app.connect("config-inited", find_addresses, priority=100)
