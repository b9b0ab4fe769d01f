"""Put the built site on the branch that is published: the pages, their notebooks, what Binder needs.

    python tools/publish.py          # what `make publish` runs: writes _build/published and pushes it
    python tools/publish.py --dry    # writes the folder only

The branch holds one commit and nothing of the sources. It is made in this clone's own git, so it is
pushed with whatever right this clone has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "book" / "_ext"))

from repository import PUBLISHED, commit  # noqa: E402


def assemble(root: Path) -> Path:
    """Copy all that is published into ``_build/published``, and return that folder.

    Raises FileNotFoundError where no book is built.
    """
    site, target = root / "_build" / "html", root / "_build" / "published"
    for needed in (site / "index.html", site / "notebooks"):
        if not needed.exists():
            raise FileNotFoundError(f"{needed} is not there: run make book first")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site, target)
    shutil.copytree(root / "binder", target / "binder")
    if (pdf := root / "_build" / "book.pdf").exists():  # what `make pdf` made
        shutil.copy(pdf, target)
    (target / ".nojekyll").touch()  # GitHub leaves out folders with an underscore otherwise
    return target


def push(root: Path, folder: Path) -> None:
    """Make `folder` the only commit of the published branch, here and at origin.

    Raises CalledProcessError; ghp-import and git say on stderr what went wrong.
    """
    who = {"GIT_COMMITTER_NAME": "publish", "GIT_COMMITTER_EMAIL": "publish@users.noreply.github.com"}
    subprocess.run(["git", "update-ref", "-d", f"refs/heads/{PUBLISHED}"], cwd=root, check=True)
    subprocess.run([sys.executable, "-m", "ghp_import", "--no-history", "--push", "--branch", PUBLISHED, "--message",
                    f"Site of {commit(root) or 'an unknown version'}", str(folder)],
                   cwd=root, env={**os.environ, **who}, check=True)


def main(arguments: list[str]) -> int:
    try:
        folder = assemble(ROOT)
        if "--dry" not in arguments:
            push(ROOT, folder)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        print(f"Nothing was published: {error}", file=sys.stderr)
        return 1
    print(f"{folder} is what is published" + ("" if "--dry" in arguments else f", and is on {PUBLISHED} now"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
