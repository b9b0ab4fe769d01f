"""Sphinx extension: where the book's sources live, found out in one place.

The publishing workflow says it in its environment (``GITHUB_REPOSITORY`` and the like); on a
reader's machine it is git's remote ``origin``. Where neither names a web address the buttons
that would lead there are left out, so that a fork or a bare copy builds without an edit.
"""

from __future__ import annotations

import os
import re
import subprocess


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


def site_address(root, environment=os.environ) -> str | None:
    """Where the book is published, ending in a slash; None where that cannot be told.

    ``SITE_ADDRESS`` says it (for a domain of one's own); else it is GitHub Pages' address of the
    repository: ``https://owner.github.io/name/``.
    """
    if environment.get("SITE_ADDRESS"):
        return environment["SITE_ADDRESS"].rstrip("/") + "/"
    match = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", address_and_branch(root, environment)[0] or "")
    if not match:
        return None
    host = f"{match[1].lower()}.github.io"
    return f"https://{host}/" if match[2].lower() == host else f"https://{host}/{match[2]}/"


def set_buttons(app, config):
    address, branch = address_and_branch(app.srcdir)
    if address:
        config.html_theme_options.update(
            repository_url=address, repository_branch=branch, path_to_docs="",
            use_repository_button=True, use_issues_button=True, use_edit_page_button=True)


def setup(app):
    app.connect("config-inited", set_buttons, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
