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
import tempfile
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


def push(root: Path, folder: Path, remote: str = "origin") -> None:
    """Make `folder` the only commit of the published branch of `remote`."""
    directory = git(root, "rev-parse", "--absolute-git-dir")
    with tempfile.TemporaryDirectory() as holder:
        environment = {**os.environ, "GIT_DIR": directory, "GIT_WORK_TREE": str(folder),
                       "GIT_INDEX_FILE": str(Path(holder) / "index")}
        git(folder, "add", "--all", "--force", ".", env=environment)
        tree = git(folder, "write-tree", env=environment)
    who = ("-c", "user.name=publish", "-c", "user.email=publish@users.noreply.github.com")
    made = git(root, *who, "commit-tree", tree, "-m", f"Site of {commit(root) or 'an unknown version'}")
    git(root, "push", "--quiet", "--force", remote, f"{made}:refs/heads/{PUBLISHED}")


def git(folder: Path, *command: str, env=None) -> str:
    """What git prints. Raises CalledProcessError; git says on stderr what went wrong."""
    return subprocess.run(["git", *command], cwd=folder, env=env, check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


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
