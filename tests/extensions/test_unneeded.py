"""The site keeps a picture that something names, and no other."""

from unneeded import remove_unnamed_images


def test_a_picture_stays_where_a_page_a_script_or_a_notebook_names_it(tmp_path):
    images = tmp_path / "_images"
    images.mkdir()
    for name in ("page.svg", "script.png", "notebook.png", "sheet.svg", "nowhere.svg", "1.svg"):
        (images / name).write_text("a picture")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/a.html").write_text('<img src="../_images/page.svg"> nowhere.svg and <svg id="f11.svg"></svg>')
    (tmp_path / "a.js").write_text('show("_images/script.png?v=1")')
    (tmp_path / "a.css").write_text("body { background: url(_images/sheet.svg) }")
    (tmp_path / "book/a.ipynb").write_text('{"source": "![](https://example.org/_images/notebook.png)"}')
    remove_unnamed_images(tmp_path)
    assert {path.name for path in images.iterdir()} == {"page.svg", "script.png", "notebook.png", "sheet.svg"}


def test_a_site_without_pictures_is_no_trouble(tmp_path):
    (tmp_path / "index.html").write_text("words")
    remove_unnamed_images(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
