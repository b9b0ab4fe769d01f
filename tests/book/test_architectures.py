"""The tables of other people's networks, from records of the benchmarks' form."""

from __future__ import annotations

from benchmarks import tools
from mnist_lib.book import architectures


def zoo(name, library="torchvision", family="classification", **more):
    return {"name": name, "library": library, "family": family, "input": [3, 224, 224], "rows": 1200, "field": 427.0,
            "jump": 32.0, "map": [7, 7], **more}


RECORD = {"versions": {"torch": "2.0", "timm": "1.0"}, "networks": [
    zoo("timm xception41", "timm", "xception"), zoo("resnet50"), zoo("alexnet", field=[195.0, 99.5]),
    zoo("timm test_vit", "timm", "vision_transformer"), zoo("vgg16", field=None), zoo("never asked"),
    {"name": "googlenet", "library": "torchvision", "family": "classification", "input": [3, 224, 224], "error": "E"}]}


def test_those_that_people_ask_about_are_told_in_order():
    table = architectures.fields(RECORD)
    assert [row[0] for row in table.rows] == ["alexnet", "resnet50", "xception41"]
    assert table.rows[0][2:] == ("224×224", "195×99.5", "32", "7×7", "1,200") and table.sortable
    assert "torch 2.0, timm 1.0" in table.note


def test_a_wrong_answer_is_marked_and_right_ones_are_counted():
    row = {"network": "alexnet", "field": 195, "image": 512, "whole": False,
           "mnist_lib": {"says": 195, "right": True}, "torchscan": {"says": "KeyError", "right": False}}
    record = {"packages": ["torchscan==1", "tabulate==2"], "torchvision": "0.1", "rows": [row],
              "right": {"mnist_lib": 1, "torchscan": 0}}
    table = architectures.calculators(record)
    assert table.rows == (("alexnet", "195", "195", "KeyError (wrong)"), ("right", "of 1", "1", "0"))
    assert "tabulate" not in table.note and "torchscan==1" in table.note


def test_the_measured_width_is_that_of_the_layers():
    from torch import nn

    layers = nn.Conv2d(3, 2, 5, stride=2), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(2, 2, 3, dilation=2)
    network = nn.Sequential(*layers).eval()
    network.channels_last = False
    assert tools.truth(network, 101) == tools.ours(network, 101) == 5 + 2 + 4 * 4
