"""Elements of HTML and SVG that are well-formed XML too; whatever is not markup already is escaped."""

from __future__ import annotations

import html
import re

NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMPTY = frozenset(("circle", "line", "link", "meta", "path"))  # the elements used here that have no content


class Markup(str):
    """Text that is markup, and not to be escaped again."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    return text if isinstance(text, Markup) else Markup(html.escape(NOT_IN_XML.sub("\ufffd", text)))


def joined(*parts: str) -> Markup:
    return Markup("".join(map(escaped, parts)))


def element(name: str, /, *content: str, **attributes: object) -> Markup:
    """An element; `class_` and `data_low` stand for class and data-low, and what is None or "" is left out."""
    start = name + "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    return Markup(f"<{start}/>") if name in EMPTY else Markup(f"<{start}>{joined(*content)}</{name}>")
