"""The workflows: what they call exists, what they use is pinned, and who may write runs nothing of the project."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
JOBS = [(path, name, job) for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()]


def commands(job) -> str:
    return "\n".join(step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_call_targets_that_exist(workflow):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {word for path, _, job in JOBS if path == workflow for line in commands(job).splitlines()
              if line.startswith("make ") for word in line.split()[1:] if "=" not in word}
    assert called and called <= targets


def recipe(*arguments) -> str:
    """The commands of `make test` with such arguments, and without what this run was called with."""
    kept = {name: value for name, value in os.environ.items() if name not in ("SLOW", "ARGS", "MAKEFLAGS")}
    return subprocess.run(["make", "--dry-run", "--no-print-directory", "test", *arguments], cwd=ROOT, env=kept,
                          capture_output=True, text=True, check=True).stdout.splitlines()[-1]


def test_what_a_contributor_may_leave_out_ci_runs():
    assert recipe().endswith(' -m "not slow"')
    whole = [recipe("SLOW=1"), recipe("ARGS=tests/site"), recipe("SLOW=1", "ARGS=tests/site")]
    assert not any("-m " in line.partition("pytest")[2] for line in whole)
    assert whole[1].endswith("loadgroup tests/site")
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"^export SLOW=1 .*REQUIRE_BROWSER=1", script, re.MULTILINE) and "\nmake test\n" in script
    assert [line for _, _, job in JOBS for line in commands(job).splitlines()
            if line.startswith("make test") and "SLOW=1" not in line] == []
    assert any(line == ".ci/run" for _, _, job in JOBS for line in commands(job).splitlines())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_what_others_wrote_is_pinned_by_its_content(workflow):
    used = re.findall(r"uses: *(.*)", workflow.read_text(encoding="utf-8"))
    assert used
    action, image = r"[\w.-]+/[\w.-]+@[0-9a-f]{40}  # v[\d.]+", r"docker://\S+:[\d.]+@sha256:[0-9a-f]{64}"
    assert [line for line in used if not re.fullmatch(f"{action}|{image}", line)] == []


def test_who_may_write_runs_nothing_of_the_project():
    """Only the job that pushes the site and the one that opens an issue may write; neither has the sources."""
    may_write = [(path.name, name) for path, name, job in JOBS if "write" in str(job.get("permissions", ""))]
    assert may_write == [("links.yml", "report"), ("publish.yml", "push")]
    for path, name, job in JOBS:
        top = yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"]
        assert top in ({}, {"contents": "read"}) and "pull_request_target" not in path.read_text(encoding="utf-8")
        if (path.name, name) in may_write:
            assert [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step] == [
                "actions/download-artifact"] * (name == "push")
            assert not re.search(r"\b(make|python\d?|pip|bash|sh|source)\b", commands(job))
        else:
            assert "secrets" not in str(job) and "github.token" not in str(job)


def test_only_main_is_published():
    """By hand a workflow can be started on any branch: the first step of all stops it there."""
    jobs = {name: job for path, name, job in JOBS if path.name == "publish.yml"}
    first = jobs["build"]["steps"][0]
    assert first["if"] == "github.ref != 'refs/heads/main'" and first["run"].rstrip().endswith("exit 1")
    assert jobs["push"]["needs"] == "build"


def test_new_versions_of_actions_and_pins_are_proposed():
    proposed = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {each["package-ecosystem"] for each in proposed} == {"github-actions", "pip"}


def test_the_second_job_pushes_what_the_first_one_packed(tmp_path):
    """Both run as they stand in the workflow; nothing in the site can set git up."""
    jobs = {name: job for path, name, job in JOBS if path.name == "publish.yml"}
    pack = next(line for line in commands(jobs["build"]).splitlines() if line.startswith("tar "))
    site = tmp_path / "_build" / "published"
    (site / "binder").mkdir(parents=True)
    (site / "index.html").write_text("the book")
    (site / ".nojekyll").touch()
    (site / ".gitignore").write_text("*.html\n")
    (site / "binder" / "postBuild").write_text("#!/bin/sh\n")
    (site / "binder" / "postBuild").chmod(0o755)
    subprocess.run(pack, shell=True, cwd=tmp_path, check=True)
    (tmp_path / "runner").mkdir()
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "owner" / "name")], check=True)
    environment = {**os.environ, "TOKEN": "secret", "RUNNER_TEMP": str(tmp_path / "runner"), "GITHUB_SHA": "0" * 40,
                   "GITHUB_SERVER_URL": str(tmp_path), "GITHUB_REPOSITORY": "owner/name"}

    def push():
        return subprocess.run(["bash", "-eo", "pipefail", "-c", commands(jobs["push"])], cwd=tmp_path,
                              env=environment, capture_output=True, text=True)

    done = push()
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stdout + done.stderr
    listed = subprocess.run(["git", "-C", str(tmp_path / "owner" / "name"), "ls-tree", "-r", "gh-pages"],
                            capture_output=True, text=True, check=True).stdout
    assert [(line.split()[0], line.split("\t")[1]) for line in listed.splitlines()] == [
        ("100644", ".gitignore"), ("100644", ".nojekyll"), ("100755", "binder/postBuild"), ("100644", "index.html")]

    subprocess.run(["rm", "-r", "site", "runner/pages"], cwd=tmp_path, check=True)
    (site / ".git" / "hooks").mkdir(parents=True)
    subprocess.run(pack, shell=True, cwd=tmp_path, check=True)
    assert push().returncode != 0


@pytest.mark.skipif(sys.version_info < (3, 11), reason="zizmor is made for Python 3.11 and newer")
def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run([zizmor, "--offline", "--no-progress", *WORKFLOWS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
