"""Finds typed results in the book's prose: percentages, parameter counts, accuracies, points, times.

A chapter is parsed as Sphinx parses it. What a reader sees as text is looked at: paragraphs,
headings, table cells, captions and alternative texts, exercises and their solutions. What is
computed or written in another language is not: code cells and other code, inline code,
mathematics, glued values, citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from tests import ROOT

GAP = "\ufffc"  # stands where something was left out, so that nothing is joined across it

# Directives whose body is no prose; every other body is parsed as text, also an unknown one's.
NO_PROSE = {"code-cell", "code-block", "literalinclude", "math", "bibliography", "nb-exec-table", "glue:figure",
            "toctree"}
COMPUTED = {"glue", "glue:text", "glue:md", "math", "eq", "numref", "cite", "cite:p", "cite:t", "code", "download"}

NUMBER = r"[0-9][0-9,.]*(?<![,.])"
TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
WORD = (rf"(?:{TENS}(?:-\w+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
        r"a hundred|hundred|a thousand|thousand|half a)")
AMOUNT = rf"(?:{NUMBER}|\b{WORD}\b)"
SCALE = r"(?:[\s-]?(?:million|thousand|hundred|[KkMm]\b))?"
# A difference, or what is right of 10,000. Larger round numbers are how many images were taken.
IMAGES = rf"(?:(?<![0-9.,])(?:[1-9][0-9]?|9,[0-9]{{3}})|(?<!-)\b(?!a?\s?(?:hundred|thousand)){WORD})"
LENGTH = r"(?:milliseconds?|seconds?|minutes?|hours?|ms|min|h)\b|\s+s\b"
RESULTS = {
    "percentage": re.compile(rf"{AMOUNT}\s*(?:%|per\s?cent\b)", re.IGNORECASE),
    "parameter count": re.compile(
        rf"{AMOUNT}{SCALE}[\s-]+(?:trainable\s+)?parameters?\b|[0-9]{{1,3}}(?:,[0-9]{{3}})+\s+weights\b|"
        r"\bparameters?(?:\scounts?)?(?:\sof|\sis|:|\s=|\s\()\s*[0-9][0-9,.]*[0-9]", re.IGNORECASE),
    "large count": re.compile(rf"{AMOUNT}[\s-]million\b", re.IGNORECASE),
    "accuracy": re.compile(r"\b9[0-9]\.[0-9]+|\b0\.9[0-9]{2,}"),
    "loss": re.compile(r"\bloss(?:es)?\s(?:\w+\s){0,3}[0-9]+\.[0-9]+", re.IGNORECASE),
    "points": re.compile(rf"{AMOUNT}\s+points?\b|\bby\s+(?:\w+\s+){{0,2}}a\s+(?:half\s+|whole\s+)?point\b"),
    "images": re.compile(rf"{IMAGES}\s+(?:more\s+|fewer\s+|test\s+|training\s+)*(?:images|mistakes)\b"),
    "time": re.compile(rf"{AMOUNT}(?:\s*{LENGTH})"),
}


class Text(NamedTuple):
    """A piece of prose as it is read, and the line of the file it begins on."""

    line: int
    text: str


class Found(NamedTuple):
    """A typed number that looks like a result."""

    line: int
    kind: str
    phrase: str
    context: str
    start: int
    end: int
    text: str


@cache
def parser():
    """The book's own Markdown: the extensions of ``_config.yml``."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())
    return create_md_parser(
        MdParserConfig(enable_extensions=set(settings["parse"]["myst_enable_extensions"])), RendererHTML)


def chapters() -> list[Path]:
    """Every page that ``_toc.yml`` names, in its order."""
    def files(part):
        if isinstance(part, dict):
            if "file" in part:
                yield ROOT / f"{part['file']}.md"
            for value in part.values():
                yield from files(value)
        elif isinstance(part, list):
            for item in part:
                yield from files(item)

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [ROOT / f"{toc['root']}.md", *files(toc["parts"])]


def prose(source: str, first_line: int = 1) -> Iterator[Text]:
    """The pieces of text in a page's source, in order."""
    header: list[str] = []  # of the table we are in
    column, in_head, in_cell = 0, False, False
    for token in parser().parse(source):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "thead_open":
            header, in_head = [], True
        elif token.type == "thead_close":
            in_head = False
        elif token.type == "tr_open":
            column = 0
        elif token.type in ("td_open", "th_open"):
            in_cell = True
        elif token.type in ("td_close", "th_close"):
            in_cell, column = False, column + 1
        elif token.type == "inline":
            text = visible(token.children or [])
            if in_cell and in_head:
                header.append(text)
            elif in_cell and column < len(header):
                text = f"{text} {header[column]}"  # a bare number in a column of results is one too
            yield Text(line, text)
        elif token.type in ("fence", "colon_fence"):
            yield from directive(token.info, token.content, line)
        elif token.type == "html_block":
            yield Text(line, without_tags(token.content))
        elif token.type == "front_matter":
            given = ((yaml.safe_load(token.content) or {}).get("myst") or {}).get("substitutions") or {}
            for value in given.values():
                yield from prose(str(value), line)


def directive(info: str, content: str, line: int) -> Iterator[Text]:
    """The prose in a fence: its title, its caption and alternative text, and its body if that is text."""
    match = re.match(r"\{([^}]+)\}\s*(.*)", info)
    if not match:  # a block of code
        return
    name, title = match.groups()
    options, body, skipped = split_options(content)
    for key in ("caption", "alt", "title"):
        if options.get(key):
            yield Text(line, str(options[key]))
    shown = options.get("mystnb") or {}
    for part, key in (("figure", "caption"), ("image", "alt")):
        if text := (shown.get(part) or {}).get(key):
            yield from prose(str(text), line)
    if name in NO_PROSE:
        return
    if name == "raw":
        body = without_tags(body)
    if title:
        yield from prose(title, line)
    yield from prose(body, line + 1 + skipped)


def split_options(content: str) -> tuple[dict, str, int]:
    """A directive's options, the rest of it, and how many lines the options took."""
    lines = content.splitlines()
    if lines and lines[0].strip() == "---":
        end = next((i for i, text in enumerate(lines[1:], 1) if text.strip() == "---"), 0)
        return yaml.safe_load("\n".join(lines[1:end])) or {}, "\n".join(lines[end + 1:]), end + 1
    options, count = {}, 0
    while count < len(lines) and (match := re.match(r":([\w-]+):\s*(.*)", lines[count])):
        options[match[1]] = match[2]
        count += 1
    return options, "\n".join(lines[count:]), count


def without_tags(html: str) -> str:
    """The text of a piece of HTML."""
    return re.sub(r"<!--.*?-->|<[^>]*>", " ", html, flags=re.DOTALL)


def visible(children) -> str:
    """An inline token's text as a reader sees it, a gap for what is computed."""
    parts = []
    for child in children:
        if child.type == "text":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "myst_role" and child.meta["name"] not in COMPUTED:
            parts.append(child.content.partition(" <")[0])
        elif child.type != "html_inline" and not child.type.endswith(("_open", "_close")):
            parts.append(GAP)
    return re.sub(r"\s+", " ", "".join(parts))


def results(source: str) -> Iterator[Found]:
    """Every typed number of a page that looks like a result, once each."""
    for line, text in prose(source):
        taken: list[tuple[int, int]] = []
        for kind, pattern in RESULTS.items():
            for match in pattern.finditer(text):
                start, end = match.span()
                if any(start < to and end > since for since, to in taken):
                    continue
                taken.append((start, end))
                yield Found(line, kind, match[0], text[max(0, start - 40):end + 30], start, end, text)
