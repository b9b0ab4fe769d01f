"""What is published: the site, its notebooks and Binder's folder, as one commit; and the workflows."""

import re
import subprocess

import pytest
import yaml
from check_site import faults, opened
from publish import assemble, push

from tests import ROOT

SITE = ROOT / "_build" / "html"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def git(folder, *command):
    return subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path):
    """A repository with a small built site, and a remote called origin."""
    for name in ("_build/html/index.html", "_build/html/_static/a.css", "_build/html/notebooks/book/a.ipynb",
                 "binder/postBuild", "source.md"):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(name)
    (tmp_path / "root" / ".gitignore").write_text("_build/\n*.css\n")
    git(tmp_path, "init", "-q", "--bare", "remote")
    git(tmp_path, "init", "-q", "root")
    git(tmp_path / "root", "remote", "add", "origin", str(tmp_path / "remote"))
    return tmp_path / "root"


def test_the_published_branch_is_one_commit_of_the_site(root, tmp_path):
    for _ in range(2):  # the second replaces the first
        push(root, assemble(root))
    assert set(git(tmp_path / "remote", "ls-tree", "-r", "--name-only", "gh-pages").split()) == {
        ".nojekyll", "index.html", "_static/a.css", "notebooks/book/a.ipynb", "binder/postBuild"}
    assert git(tmp_path / "remote", "rev-list", "--count", "gh-pages").strip() == "1"
    assert git(root, "status", "--porcelain").split() == ["??", ".gitignore", "??", "binder/", "??", "source.md"]


def test_nothing_is_published_before_the_book_is_built(root):
    (root / "_build" / "html" / "index.html").unlink()
    with pytest.raises(FileNotFoundError, match="make book"):
        assemble(root)


def test_every_address_of_the_built_site_leads_to_a_published_file():
    if not (SITE / "notebooks").exists():
        pytest.skip("no book is built (make check-site looks at the same things after make book)")
    published = assemble(ROOT)
    assert faults(published) == []
    for page in (published / "book").rglob("*.html"):
        source = ROOT / page.relative_to(published).with_suffix(".md")
        links = re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8"))
        notebook = published / "notebooks" / page.relative_to(published).with_suffix(".ipynb")
        has_code = source.exists() and "```{code-cell}" in source.read_text(encoding="utf-8")
        assert notebook.exists() == has_code, source
        assert any(link.endswith(".ipynb") and "//" not in link for link in links) == has_code, source
        for file in filter(None, map(opened, links)):
            assert (published / file) == notebook, source


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_call_targets_that_exist(workflow):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    steps = [step for job in yaml.safe_load(workflow.read_text())["jobs"].values() for step in job["steps"]]
    called = {word for step in steps for line in step.get("run", "").splitlines() if line.startswith("make ")
              for word in line.split()[1:] if "=" not in word}
    assert called <= targets
    if workflow.name != "test.yml":
        assert called


def test_binder_installs_what_the_book_is_tested_with():
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    binder = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "binder" / "requirements.txt").read_text(), re.MULTILINE))
    needed = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL)
    for name in re.findall(r'"(\w+)', needed[1]):
        versions = set(re.findall(rf"^{name}==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
        assert binder[name] in versions, f"{name} of binder/requirements.txt is not one of {versions}"
    assert pinned and (ROOT / "binder" / "postBuild").stat().st_mode & 0o111
