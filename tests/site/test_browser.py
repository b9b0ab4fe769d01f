"""The browser that the tests of pages stand on works, and a page's faults reach the test."""

import pytest


def test_a_page_runs_its_script(page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><title>t</title><p id=x></p><script>x.textContent = 6 * 7</script>")
    page.goto(file.as_uri())
    assert page.inner_text("#x") == "42"


@pytest.mark.parametrize("body, said", [
    ("<script>throw Error('torn')</script>", "torn"),
    ("<img src=nowhere.png alt=''>", "nowhere.png"),
    ("<script src=https://example.org/x.js></script>", "example.org"),
])
def test_a_fault_is_seen(browser, tmp_path, body, said):
    context = browser.new_context(offline=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(request.url))
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>t</title>{body}")
    page.goto(file.as_uri())
    context.close()
    assert any(said in error for error in errors)
