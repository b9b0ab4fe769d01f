"""The factorial's chapter says something true whatever is recorded: nothing, too little, enough, all of it."""

import numpy as np
import pytest
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig

from mnist_lib.book.statistics import NO_VERDICT
from mnist_lib.experiments import CELLS
from mnist_lib.networks import count_parameters
from mnist_lib.studies.factorial import analysis as factorial
from mnist_lib.studies.factorial import pages as factorial_pages
from mnist_lib.training.records import Epoch, Run, save
from tests.chapters.prose import ROOT

PAGE = ROOT / "book/factorial.md"
TEXT = PAGE.read_text(encoding="utf-8")


def record(seeds, failing=0):
    """Trainings of every cell: normalization helps, dropout hurts, half as much beside normalization."""
    rng = np.random.default_rng(0)
    for number, (on, cell) in enumerate(CELLS.items()):
        for seed in range(seeds):
            right = 9_880 + 40 * on[0] - 20 * on[1] + 10 * on[0] * on[1] + int(rng.integers(-6, 7))
            right = 8_990 if number == 0 and seed < failing else right
            epoch = Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, right, 60.0)
            wrong = tuple((int(i), 0) for i in sorted(rng.choice(1_100, 10_000 - right, False)))
            save(Run(cell.name, cell.fingerprint, seed, count_parameters(cell.architecture), (epoch,) * cell.epochs,
                     wrong))


def executed(monkeypatch) -> dict:
    """What the page's cells glue, all of them run one after the other."""
    import myst_nb

    said, names = {}, {}
    monkeypatch.setattr(myst_nb, "glue", lambda name, value, display=False: said.__setitem__(name, value))
    notebook = create_nb_reader(str(PAGE), MdParserConfig(), NbParserConfig(), TEXT).read(TEXT)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # noqa: S102 - the page's own
    return said


@pytest.mark.parametrize("seeds, failing", [(0, 0), (1, 0), (4, 1), (6, 0)])
def test_the_page_runs_and_its_sentences_hold(tmp_path, monkeypatch, seeds, failing):
    from stills import factorial as figure

    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    record(seeds, failing)
    said, evidence = executed(monkeypatch), factorial.gather()
    assert f"\n- {said['largest']}\n" in TEXT and f"\n- {said['as_wide']}\n" in TEXT  # among the choices
    begun = {0: "None of the 96", 6: "All 96"}.get(seeds, f"{16 * seeds} of 96")
    assert said["progress"].startswith(begun) and ("preliminary" in said["progress"]) == (0 < seeds < 6)
    judged = seeds - failing >= 3
    assert evidence.judged == judged and len(evidence.failed) == failing
    assert (said["main"] == factorial_pages.TOO_FEW) == (not judged)
    if judged:
        assert said["largest"] == "batch normalization"
        assert "More accurate with batch normalization (+0." in said["main"] and "with dropout (−0." in said["main"]
    else:
        assert said["largest"] == factorial_pages.NOBODY
    assert ("With all trainings counted" in said["everything"]) == (judged and failing > 0)
    assert factorial_pages.failures(evidence).verdict == (
        NO_VERDICT if not seeds else "does not hold" if failing else "holds")
    drawn = figure.still(figure.data({}))
    assert drawn.startswith("<svg") and "nan" not in drawn
    for contrasts, name in ((factorial.MAIN, "a"), (factorial.INTERACTIONS, "b")):
        assert len(factorial_pages.effects(contrasts, evidence)) == (len(contrasts) if seeds else 0), name


def test_a_cell_with_fewer_trainings_than_others(tmp_path, monkeypatch):
    """As they come in: some cells have one seed more; one has none yet."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    record(4)
    (tmp_path / "factorial/plain/seed-3.json").unlink()
    evidence = factorial.gather()
    assert evidence.fewest == 3 and evidence.judged
    assert "63 of 96 declared trainings are in so far, 3 to 4 of 6" in factorial_pages.progress(evidence)
    for seed in range(3):
        (tmp_path / f"factorial/plain/seed-{seed}.json").unlink()
    evidence = factorial.gather()
    assert evidence.fewest == 0 and executed(monkeypatch)["main"] == factorial_pages.TOO_FEW
