"""Line figures in the page's own colours."""

import re
from xml.etree import ElementTree

import figures
import matplotlib
import pytest
from figures import ROLES, in_roles, is_line_figure, put_in

from mnist_lib.book import style


@pytest.fixture
def drawn(tmp_path):
    """A figure of the book's style, as matplotlib writes it."""
    with matplotlib.rc_context(style.STYLE):
        drawing, axes = style.figure()
        axes.plot([1, 2, 3], [3, 1, 2], "o-", color=style.BLUE, label="test")
        axes.set(title="a title", xlabel="epoch", yscale="log")
        axes.legend()
        drawing.savefig(tmp_path / "a.svg", metadata={"Date": None})
    return tmp_path / "a.svg"


def test_every_colour_of_the_style_has_a_role():
    colours = {value.lower() for value in vars(style).values()
               if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value)}
    assert len(colours) == 10 and colours <= ROLES.keys()


def test_a_figure_has_roles_for_colours_and_text_for_text(drawn):
    made = in_roles(drawn.read_text(), "f1", 'a "line"')
    assert not re.search("#[0-9a-f]{6}", made) and "var(--figure-blue)" in made
    assert "a title" in made and "epoch" in made and "DejaVu" not in made
    assert 'role="img"' in made and "a &quot;line&quot;" in made
    assert "<metadata" not in made and "<!--" not in made
    ElementTree.fromstring(made)
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert len(ids) == len(set(ids)) and all(name.startswith("f1-") for name in ids)
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', made)) <= set(ids)


def test_two_figures_of_a_page_do_not_share_ids(drawn):
    made = put_in('<img alt="a" src="x/a.svg"/><img alt="b" src="x/a.svg"/>', {"a.svg": drawn}, "page")
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert made.count("<svg") == 2 and len(ids) == len(set(ids))


def test_pictures_stay_pictures(tmp_path, drawn):
    (tmp_path / "logo.svg").write_text("<svg><path/></svg>")
    (tmp_path / "photo.svg").write_text(drawn.read_text().replace("</svg>", '<image href="data:,"/></svg>'))
    for name in ("logo.svg", "photo.svg", "a.png"):
        image = f'<img alt="" src="{name}"/>'
        assert put_in(image, {name: tmp_path / name}, "page") == image
    assert not is_line_figure((tmp_path / "photo.svg").read_text())


def test_a_description_with_quotation_marks_is_kept(drawn):
    for image in ("""<img alt='"never" & most' src="x/a.svg"/>""",
                  '<img alt="&quot;never&quot; &amp; most" src="a.svg"/>'):
        assert 'aria-label="&quot;never&quot; &amp; most"' in put_in(image, {"a.svg": drawn}, "page")


def test_a_colour_without_a_role_is_a_warning(tmp_path, drawn, monkeypatch):
    odd = tmp_path / "odd.svg"
    odd.write_text(drawn.read_text().replace("#1b5fc1", "#123456"))
    said = []
    monkeypatch.setattr(figures.logger, "warning", lambda text, *values, **_: said.append(text % values))
    put_in('<img alt="" src="odd.svg"/>', {"odd.svg": odd}, "page")
    assert len(said) == 1 and "#123456" in said[0]
