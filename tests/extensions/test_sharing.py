"""What a page says of itself where a link to it is shown."""

from docutils import nodes
from docutils.core import publish_doctree
from sharing import LENGTH, describe, shorten, tags


def test_a_page_is_described_by_its_first_paragraph_outside_of_boxes():
    page = publish_doctree("Title\n=====\n\n.. note:: Not this.\n\nThis *one*,\nin two lines.\n\nNot that.\n")
    assert describe(page) == "This one, in two lines."
    assert describe(publish_doctree("Title\n=====\n")) == ""


def test_a_list_is_no_description():
    assert describe(nodes.document("", "", nodes.bullet_list("", nodes.list_item("", nodes.paragraph(text="x"))))) == ""


def test_a_long_text_ends_with_a_sentence_or_a_word():
    short = "A short one."
    assert shorten(short) == short
    first = "A first sentence that is long enough to stand alone, it seems."
    assert shorten(first + " " + "And a second " * 40) == first
    cut = shorten("word " * 100)
    assert len(cut) <= LENGTH + 2 and cut.endswith("word …")


def test_quotes_and_angles_cannot_break_a_tag():
    made = tags('A "b" <c> & d', "", "Book", None, "a.html")
    assert 'content="A &quot;b&quot; &lt;c&gt; &amp; d"' in made
    assert "og:description" not in made and "og:url" not in made and "og:image" not in made


def test_with_an_address_the_picture_comes_along():
    made = tags("T", "D", "Book", "https://o.github.io/n/", "book/a.html")
    assert 'og:url" content="https://o.github.io/n/book/a.html"' in made
    assert 'og:image" content="https://o.github.io/n/_static/social-card.png"' in made
