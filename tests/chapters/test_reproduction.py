"""Every small step against its source: one of our trainings could end where its log does, or its sheet says why not."""

import pytest

from mnist_lib.book import report, sheet, sources
from mnist_lib.book.links import page_of
from mnist_lib.book.statistics import NOT_CONTRADICTED
from mnist_lib.experiments import FINALS
from mnist_lib.experiments.catalogue import experiment
from mnist_lib.networks.architecture import count_parameters
from mnist_lib.training import ALL_SEEDS_UNDER, records
from tests.chapters.prose import ROOT

HEADING = "### Why the student's accuracy differs"
SMALL = [s for s in sources.steps() if count_parameters(experiment(s).architecture) < 100_000]


@pytest.mark.parametrize("step", [s for s in SMALL if report.recorded(s)])
def test_a_sheet_says_whether_one_more_training_could_end_where_the_student_s_did_or_why_not(step):
    sheet_of_it = (ROOT / "book" / f"{page_of(step)}.md").read_text(encoding="utf-8")
    assert f'sheet.theirs("{step}")' in sheet_of_it
    found = sheet.theirs(step)
    if found.verdict != NOT_CONTRADICTED:
        _, heading, after = sheet_of_it.partition(HEADING)
        assert heading, f"{step}: {found!r} Its sheet needs a paragraph under {HEADING!r}."
        assert len(after.split("\n## ")[0].split()) >= 40


def test_ten_seeds_stand_for_the_finals_and_for_every_step_of_an_idea_pair():
    ideas = pytest.importorskip("mnist_lib.studies.ideas.analysis")
    asked = {*FINALS, *(step for e in ideas.alone() for step in (e.before, e.after))}
    assert len(asked) > 20
    assert {step: seeds for step in asked if (seeds := len(report.recorded(step))) < 10} == {}


def test_every_seed_of_a_small_network_has_its_weights_so_that_verify_runs_it():
    small = [run for run in records.every() if run.parameters < ALL_SEEDS_UNDER]
    assert len(small) > 700
    assert [f"{run.experiment}, seed {run.seed}" for run in small
            if not (run.weights and records.weights_path(run).exists())] == []
