"""What is changed in a page's HTML when it is written."""

from markup import Lines, rewrite
from PIL import Image
from pygments import highlight
from pygments.lexers import PythonLexer


def test_a_solution_folds_without_a_script():
    made = rewrite('<div class="solution dropdown admonition" id="s"><p class="admonition-title">So, <a href="#e">1</a>'
                   "</p><p>x</p></div>", {})
    assert made == ('<details class="solution dropdown admonition" id="s"><summary class="admonition-title">So, 1'
                    "</summary><p>x</p></details>")


def test_images_hold_their_place_and_all_but_the_first_wait(tmp_path):
    Image.new("L", (1200, 300)).save(tmp_path / "a.png")
    files = {"a.png": tmp_path / "a.png"}
    made = rewrite('<img src="../_images/a.png" alt="a"/>'
                   '<img src="../_images/a.png" alt="b" style="width: 560px; height: 140px;"/>', files)
    first, second = made.split("<img")[1:]
    assert 'width="1200"' in first and 'height="300"' in first and "lazy" not in first
    assert 'width="560"' in second and 'height="140"' in second and 'loading="lazy"' in second and "style" not in second


def test_an_svg_says_its_size_in_points(tmp_path):
    (tmp_path / "a.svg").write_text('<svg width="300pt" height="150pt" xmlns="http://www.w3.org/2000/svg"/>')
    assert 'width="400"' in rewrite('<img src="a.svg" alt=""/>', {"a.svg": tmp_path / "a.svg"})


def test_a_number_keeps_its_percent_sign_but_not_in_code():
    made = rewrite('<p>99.4 % and <span>99.5</span> %</p><pre>1 % 2</pre>', {})
    assert made == "<p>99.4\u00a0% and <span>99.5</span>\u00a0%</p><pre>1 % 2</pre>"


def test_an_id_is_given_once():
    assert rewrite('<p id="a">x</p><p id="a">y</p>', {}) == '<p id="a">x</p><p>y</p>'


def test_long_names_may_break_behind_what_parts_their_words():
    made = rewrite('<table><tr><th scope="row">three-modules/augmentation</th><td>a/b</td></tr></table>', {})
    assert "three-modules/<wbr/>augmentation" in made and "a/b" in made
    made = rewrite('<table><tr><th scope="row">gap.max_pool1</th></tr></table>', {})
    assert "gap.<wbr/>max_<wbr/>pool1" in made


def test_lines_of_code_know_how_far_they_are_set_in():
    made = highlight('if x:\n    y = """a\n  b"""\n\nz\n', PythonLexer(), Lines())
    assert '<span class="line"><span class="k">if</span>' in made
    assert '<span class="line" style="--set-in:4">    <span class="n">y</span>' in made
    assert '<span class="line" style="--set-in:2"><span class="s2">  b"""</span>\n</span>' in made
    assert '<span class="line">\n</span><span class="line"><span class="n">z</span>\n</span></pre>' in made
