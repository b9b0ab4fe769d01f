"""A step's network: what is as on the step before is a line, what is new is there in full."""

import pytest
import torch

from mnist_lib.book import report
from mnist_lib.networks import count_parameters


@pytest.mark.parametrize("step, same", [
    ("six-models/skeleton", ""), ("six-models/batchnorm", "table"), ("six-models/augmentation", "network"),
    ("same-padding/lighter", "field"), ("drill-down/batchnorm", ""), ("drill-down/setup", "")])
def test_what_is_as_before_is_not_said_again(step, same):
    found = report.network(step)
    html = found._repr_html_()
    assert found.same_network == (same == "network")
    assert ("number for number" in html) == (same == "table")
    assert ("layer for layer" in html) == (same == "network")
    assert html.count("<table") == (same in ("", "field"))
    assert html.count("torchsummary") == (same != "network")
    assert ("other channels" in html) == (same == "field")


def test_the_layers_and_their_count_are_torchsummary_s_own():
    found = report.network("six-models/steplr")
    count = count_parameters(found.step.architecture)
    assert f"Total params: {count:,}" in found.layers and f"{count:,} parameters" in found._repr_html_()
    assert found.layers.count("Conv2d") == 8 and "Total params" in repr(found)


def test_random_numbers_of_later_cells_stay_what_they_were():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    report.network("six-models/batchnorm")
    assert torch.equal(torch.rand(3), expected)
