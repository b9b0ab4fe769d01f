"""Scores place by place: against maps made by hand."""

import torch

from mnist_lib.book import evidence

# one image, three places in a row: two are for 4, narrowly; the third is for 7, by far
MAPS = torch.zeros(1, 10, 1, 3)
MAPS[0, 4] = torch.tensor([[1.0, 1.0, 0.0]])
MAPS[0, 7] = torch.tensor([[0.0, 0.0, 9.0]])


def test_a_place_is_right_where_its_own_largest_score_is_the_label():
    assert evidence.accuracy_by_place(MAPS, torch.tensor([4])).tolist() == [[100, 100, 0]]
    both = torch.cat([MAPS, MAPS])
    assert evidence.accuracy_by_place(both, torch.tensor([4, 7])).tolist() == [[50, 50, 50]]


def test_a_vote_counts_places_and_a_mean_adds_scores():
    assert evidence.vote(MAPS).tolist() == [4]
    assert MAPS.mean((2, 3)).argmax(1).tolist() == [7]


def test_class_maps_show_the_image_and_ten_maps_on_one_scale_a_row():
    picture = evidence.class_maps(torch.rand(1, 1, 28, 28), MAPS)
    cells = picture.figure.axes
    assert len(cells) == 11
    assert {cell.images[0].get_clim() for cell in cells[1:]} == {(-9, 9)}
    assert cells[8].get_title(loc="center") == "7\n3.0" and picture._repr_png_()[0].startswith(b"\x89PNG")


def test_places_write_each_accuracy_into_its_place():
    picture = evidence.places({"a": torch.tensor([[10.0, 20.0], [30.0, 40.0]]), "b": torch.zeros(2, 2)})
    first, second = picture.figure.axes
    assert [text.get_text() for text in first.texts] == ["10", "20", "30", "40"] and len(second.texts) == 4
