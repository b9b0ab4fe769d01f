"""What the chapters of Build say of a step: counted from the records in another way here."""

import pytest

from mnist_lib.book import line


def test_images_wrong_are_those_of_the_lists_of_misses():
    assert [len(run.misclassified) for run in line.report.recorded("six-models/batchnorm")] == [
        int(v) for v in line.wrong("six-models/batchnorm").values]


@pytest.mark.parametrize(("before", "after", "end"), [
    ("six-models/skeleton", "six-models/batchnorm", "% fewer"),
    ("six-models/batchnorm", "six-models/dropout", "% more"),
    ("six-models/dropout", "six-models/augmentation", "to tell from no change"),
    ("six-models/setup", "six-models/skeleton", "with a single training on one side"),
])
def test_the_closing_line_says_how_sure_it_is(before, after, end):
    assert line.closing(before, after).endswith(end)


def test_half_of_the_mistakes_is_a_half():
    share = line.fallen("six-models/skeleton", "six-models/batchnorm")
    first, last = (line.wrong(step).mean for step in ("six-models/skeleton", "six-models/batchnorm"))
    assert share == pytest.approx((first - last) / first)
    assert line.numbers("six-models/batchnorm", "six-models/skeleton")["share"] == f"{100 * share:.0f}"


def test_the_log_counts_mistakes():
    assert min(line.log_wrong("six-models/batchnorm")) == 53  # 99.47 %, the student's best epoch
