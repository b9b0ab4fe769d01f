"""Put the built site on the branch that is published: the pages, their notebooks, what Binder needs.

    python tools/publish.py          # what `make publish` runs: writes _build/published and pushes it
    python tools/publish.py --dry    # writes the folder only

A PDF (``make pdf``) of this very build goes with it, and is linked from the landing page and every list
of pages. The branch holds one commit and nothing of the sources. It is made in this clone's own git, so it is
pushed with whatever right this clone has.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "book" / "_ext"))

from make_pdf import is_of  # noqa: E402
from repository import PUBLISHED, commit  # noqa: E402

PDF = "book.pdf"
LANDING = "<!-- the book as PDF -->"  # where book/index.md has the link


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
    if (pdf := root / "_build" / PDF).exists():
        if is_of(pdf, site):
            shutil.copy(pdf, target)
            link_pdf(target)
        else:
            print(f"{pdf} was made from another build, so it is left out: run make pdf", file=sys.stderr)
    (target / ".nojekyll").touch()  # GitHub leaves out folders with an underscore otherwise
    return target


def link_pdf(site: Path) -> None:
    """Lead to the PDF from the landing page, and from the end of the list of pages on every page."""
    size = (site / PDF).stat().st_size / 1e6
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        link = f'<a class="reference internal" href="{"../" * (len(path.relative_to(site).parts) - 1)}{PDF}" download>'
        listed = f'<ul class="nav bd-sidenav"><li class="toctree-l1">{link}The book as PDF</a></li></ul>'
        linked = re.sub(r'(<nav class="bd-links bd-docs-nav".*?)(\s*</div>\s*</nav>)', rf"\1{listed}\2", page,
                        count=1, flags=re.DOTALL)
        linked = linked.replace(LANDING, f"<p>On paper: {link}the line and the five projects as one PDF</a> "
                                f"({size:.0f} MB).</p>")
        if linked != page:
            path.write_text(linked, encoding="utf-8")


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
