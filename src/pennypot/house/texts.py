"""Texts that people write: a little Markdown in, HTML from a short list of allowed things out.

Bold, italics, lists, quotations and links; nothing else. Markdown's own HTML, pictures, headings and code stay the
plain text that was typed. What comes out is cleaned once more by an allow-list (nh3), so that a fault in one of the
two opens no door.
"""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS = frozenset({"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a"})
# Nothing is allowed on every tag: by itself nh3 would let a title through.
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
SCHEMES = frozenset({"http", "https", "mailto"})
# Search engines give a link in a comment no weight, and the page behind it does not learn where its readers were.
LINKS_SAY = "nofollow ugc noopener noreferrer"

_RULES = ["paragraph", "list", "blockquote", "newline", "escape", "emphasis", "link", "autolink", "entity"]
_markdown = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": 12}).enable(_RULES)


@lru_cache(maxsize=512)
def rendered(text: str) -> SafeString:
    """Return what somebody wrote as safe HTML: paragraphs that choose their own direction of reading.

    Parameters
    ----------
    text
        As typed, of any content; the caller has limited its length.
    """
    html = _markdown.render(text.replace("\x00", ""))
    clean = nh3.clean(html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=LINKS_SAY)
    return SafeString(re.sub(r"<(p|ul|ol|blockquote)(?=[ >])", r'<\1 dir="auto"', clean))


def excerpt(text: str, most: int = 160) -> str:
    """Return the beginning of a text as one plain line without Markdown's signs, cut at a word."""
    line = " ".join(re.sub(r"[*_>`\[\]]|\(https?://[^)\s]*\)|^[^\S\n]*[-+]\s", "", text, flags=re.MULTILINE).split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def one_line(text: str) -> str:
    """Return a text on one line, without characters that control a terminal, a header or a reading direction."""
    return " ".join(_CONTROL.sub(" ", text).split())


# Control characters, and the marks that make text read backwards (they can hide what a link or a name says).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
