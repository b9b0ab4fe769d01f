"""Sphinx extension: one style sheet and one script for all pages, holding what the pages use.

The theme and the extensions bring eleven style sheets (540 KB) and fifteen scripts (1.7 MB), most of
them for other books. When all pages are written, the sheets are joined in their order, rules that no
element of any page can match are left out, and so is every font. A script is loaded where its marker
stands, or not needed. A file that is not named here fails the build, so that a new version of an
extension cannot lose its part unseen.

A new version of the theme needs a look at ``book/_templates`` (what replaces its own templates) and
at ``book/_static/site`` (what its scripts did: mode, sidebars, contents, search, menus).
"""

import hashlib
import re
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path

import rcssmin
import tinycss2
from bundle import bundle, when_written
from PIL import Image
from sphinx.util import logging

logger = logging.getLogger(__name__)

SHEET, SCRIPT = "site.css", "site.js"
SHEETS = ("basic.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css", "mystnb.*.css",
          "exercise.css", "sphinx-design.min.css", "site/icons.css", "site/look.css", "drawing.css",
          "book.css")  # in their order
# of book/_static/site, joined
SCRIPTS = ("mode", "sidebars", "contents", "menus", "copying", "searching", "columns", "scrolling", "paper")
WHERE_NEEDED = {  # a script: what stands on the pages that need it
    "design-tabs.js": 'class="sd-tab-set',
    "vendor/sortable.min.js": "sortable", "site/sorting.js": "sortable",
}
NEEDLESS = {"documentation_options.js", "doctools.js", "sphinx_highlight.js", "scripts/sphinx-book-theme.js",
            "togglebutton.js", "togglebutton.css", "clipboard.min.js", "copybutton.js", "copybutton.css"}
TOUCHED = ("calculator/", "digit/", "parts/", "figures/")  # pages with sheets and scripts of their own
VERSION = "?v=" + "0" * 8  # what pages are written with, until the bundle is known
SET_BY_SCRIPTS = {"active", "copied", "scrolled"}  # classes that no page is written with


def name_of(asset) -> str:
    """A style sheet's or script's place below _static."""
    return str(getattr(asset, "filename", asset) or "").removeprefix("_static/").partition("?")[0]


def lighten(app, pagename, templatename, context, doctree):
    """Leave to a page what is its own, and name the sheet and the script of all."""
    body = context.get("body") or ""
    for kind, bundled in (("css_files", SHEETS), ("script_files", ())):
        kept = []
        for asset in context.get(kind, []):
            name = name_of(asset)
            if name.startswith(TOUCHED) or name in WHERE_NEEDED and WHERE_NEEDED[name] in body:
                kept.append(asset)
            elif name and name not in NEEDLESS and name not in WHERE_NEEDED and not any(
                    fnmatch(name, pattern) for pattern in bundled):
                logger.warning("no page needs %s until book/_ext/weight.py says which", name, location=pagename)
        context[kind] = kept
    for asset in context["script_files"]:
        asset.attributes["defer"] = "defer"
    context["site_sheet"], context["site_script"] = (context["pathto"](f"_static/{name}", 1) + VERSION
                                                     for name in (SHEET, SCRIPT))


# The style sheet ------------------------------------------------------------------------------

WORD = re.compile(r"[\w-]+")


def words_used(pages: list[str], scripts: list[str]) -> set[str]:
    """Every class, id and word of a script: what a selector can be about."""
    values = {value for page in pages for value in re.findall(r'\b(?:class|id)="([^"]*)"', page)}
    return SET_BY_SCRIPTS.union(*map(str.split, values), *map(WORD.findall, scripts))


def can_match(selector: list, used: set[str]) -> bool:
    """Whether every class and id that a selector asks for (``:not`` and the like aside) is on some page."""
    return all(token.value in used for before, token in zip([None, *selector], selector)
               if token.type == "hash" or token.type == "ident" and before == ".")


def split_at_commas(tokens: list) -> list[list]:
    """The selectors of a list, each as its tokens."""
    return [list(part) for comma, part in groupby(tokens, lambda token: token == ",") if not comma]


def purge(rules: list, used: set[str]) -> str:
    """The rules of a sheet that a page can have a use for, as text."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [tinycss2.serialize(part).strip() for part in split_at_commas(rule.prelude)
                         if can_match(part, used)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer", "container"):
            inside = rule.content and purge(tinycss2.parse_rule_list(rule.content, True, True), used)
            if inside:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}")
        elif rule.type == "at-rule" and not (rule.lower_at_keyword in ("import", "charset")
                                             or rule.lower_at_keyword == "font-face" and "Awesome" in rule.serialize()):
            kept.append(rule.serialize())
        elif rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")
    return "\n".join(kept)


def sheet_of(sources: list[str], used: set[str]) -> str:
    """One small sheet of several, in their order."""
    return rcssmin.cssmin("\n".join(purge(tinycss2.parse_stylesheet(source, True, True), used) for source in sources))


# All of it --------------------------------------------------------------------------------------


def shrink(picture: Path) -> None:
    """Write an opaque picture again with a palette of 256 colours, which takes half the room."""
    with Image.open(picture) as full:
        if full.mode == "RGBA" and full.getextrema()[3] == (255, 255):
            full.convert("RGB").quantize(256).save(picture, optimize=True)


def apart(static: Path, names) -> str:
    """Scripts of ``site/`` as one, in which a script that fails is told in the console and takes no other with it."""
    return "\n".join("try {\n" + bundle(static, [f"site/{name}"])
                     + "} catch (error) { setTimeout(() => { throw error; }); }" for name in names)


def write_bundle(app):
    """Join the files and give every page their version."""
    out = Path(app.outdir)
    for picture in (out / "_images").glob("*.png"):
        shrink(picture)
    static = out / "_static"
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))
             if not path.is_relative_to(static)}
    script = apart(static, SCRIPTS)
    others = [path.read_text(encoding="utf-8") for path in [*static.glob("site/*.js"), *static.glob("design-tabs.js")]]
    sources = [path.read_text(encoding="utf-8") for name in SHEETS for path in sorted(static.glob(name))]
    made = {SHEET: sheet_of(sources, words_used(list(pages.values()), [script, *others])),
            SCRIPT: script}
    for name, text in made.items():
        (static / name).write_text(text, encoding="utf-8")
    versions = {name: hashlib.sha256(text.encode()).hexdigest()[:8] for name, text in made.items()}
    for path, text in pages.items():
        dated = re.sub(r"(site\.(?:css|js))\?v=[0-9a-f]{8}", lambda match: f"{match[1]}?v={versions[match[1]]}", text)
        if dated != text:
            path.write_text(dated, encoding="utf-8")


def setup(app):
    app.connect("html-page-context", lighten, priority=950)  # after whoever adds files
    when_written(app, write_bundle, 700)
