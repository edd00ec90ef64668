"""The environment variables that fastcore reads, each once, at import; a value that means nothing is a ValueError."""

from __future__ import annotations

import os


def choice(name: str, values: tuple[str, ...], default: str | None) -> str | None:
    """The value of the variable, one of `values`, or the default where it is not set or empty."""
    value = os.environ.get(name) or default
    if value is not None and value not in values:
        raise ValueError(f"{name}={value!r} is not one of {values}")
    return value


def positive(name: str, default: int) -> int:
    """The value of the variable as an integer from 1 up."""
    text = os.environ.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name}={text!r} is not a positive integer")
    return int(text)
