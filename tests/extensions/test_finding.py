"""What the search looks through: the prose of a page, by its sections."""

from finding import SAME, sections_of, worth

PAGE = """<section id="a"><h1>Title<a class="headerlink" href="#a">#</a></h1><p>First
sentence.</p><pre>code()</pre><table><tr><td>cell</td></tr></table>
<section id="b"><h2>Part <code>x</code></h2><ul><li>One</li><li>Two</li></ul>
<div class="math"><math><mi>y</mi></math></div>
<details><summary>Solution</summary><p>So.</p></details></section><p>After.</p></section>"""


def test_sections_have_their_heading_and_their_prose_alone():
    assert sections_of(PAGE) == [["a", "Title", "First sentence.\nAfter."], ["b", "Part x", "One\nTwo\nSolution\nSo."]]


def test_names_and_terms_are_sections_of_their_own():
    body = ('<section id="s"><h1>Glossary</h1><dl><dt id="term-epoch">epoch</dt><dd><p>All images once.</p></dd>'
            '<dt id="term-jump">jump</dt><dd><p>A distance.</p></dd></dl><p>End.</p></section>')
    assert sections_of(body) == [["s", "Glossary", "End."], ["term-epoch", "epoch", "All images once."],
                          ["term-jump", "jump", "A distance."]]


def test_a_page_without_a_section_has_none_and_text_outside_is_left_out():
    assert sections_of("<p>alone</p>") == []


def test_lessons_count_more_than_reference():
    lesson, sheet, reference = (worth(f"book/{page}") for page in (
        "learn/receptive-field", "paths/six-models/skeleton", "reference/api/training"))
    assert lesson > sheet > reference
    assert all(word == word.lower() for word in SAME)
