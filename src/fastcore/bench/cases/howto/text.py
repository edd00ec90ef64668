"""Building a string, and reading a file."""

from __future__ import annotations

import os
import platform
import random
import tempfile
import weakref
from collections.abc import Iterator
from functools import partial
from typing import Callable

import fastcore as fc
from fastcore.bench.cases import Call, Case, Contender, builtin
from fastcore.bench.cases.howto.roles import kernel, slow

MOST_LINES = 1_000_000
# CPython lengthens a string in place if no one else holds it. Others make a new one each time, and PyPy's pile up while
# its collector is off.
IS_IN_PLACE = platform.python_implementation() == "CPython"
MOST_ADDITIONS = 100_000_000 if IS_IN_PLACE else 20_000
MOST_COPIES = 100_000 if IS_IN_PLACE else 20_000


# ---- building a string ----


def by_addition(n: int) -> str:
    result = ""
    for i in range(n):
        result += str(i)
    return result


class Report:
    """Has its text as an attribute, as programs do."""

    def __init__(self) -> None:
        self.text = ""

    def add_all(self, n: int) -> str:
        for i in range(n):
            self.text += str(i)
        return self.text


def by_append(n: int) -> str:
    parts = []
    for i in range(n):
        parts.append(str(i))
    return "".join(parts)


def string_building(n: int) -> list[Contender]:
    contenders = [slow("local +=", partial(by_addition, n))] if n <= MOST_ADDITIONS else []
    return [
        *contenders,
        builtin("append, then join", partial(by_append, n)),
        builtin("join(generator)", lambda: "".join(str(i) for i in range(n))),
        builtin("join(list)", lambda: "".join([str(i) for i in range(n)])),
        builtin("join(map)", lambda: "".join(map(str, range(n)))),
        kernel(lambda: fc.join(range(n))),
    ]


def attribute_building(n: int) -> list[Contender]:
    contenders = [slow("attribute +=", lambda: Report().add_all(n))] if n <= MOST_COPIES else []
    if n <= MOST_ADDITIONS:
        contenders.append(builtin("local +=", partial(by_addition, n)))
    return [
        *contenders,
        builtin("append, then join", partial(by_append, n)),
        kernel(lambda: fc.join(range(n))),
    ]


# ---- reading a file ----


class Lines:
    """A file of n lines of up to 60 letters, written when it is first called for; it goes with this object."""

    def __init__(self, n: int) -> None:
        self._count = n
        self._path = ""

    def path(self) -> str:
        if not self._path:
            rng = random.Random(1)
            lines = ("x" * rng.randrange(60) + "\n" for _ in range(self._count))
            descriptor, self._path = tempfile.mkstemp()
            weakref.finalize(self, os.remove, self._path)
            with open(descriptor, "w", encoding="ascii", newline="\n") as file:
                file.writelines(lines)
        return self._path


def total_of_list(path: str) -> int:
    with open(path, encoding="ascii") as file:
        lines = [line.strip() for line in file]
    return sum(len(line) for line in lines)


def stripped(path: str) -> Iterator[str]:
    with open(path, encoding="ascii") as file:
        for line in file:
            yield line.strip()


def total_of_generator(path: str) -> int:
    return sum(len(line) for line in stripped(path))


def total_of_lengths(path: str) -> int:
    with open(path, encoding="ascii") as file:
        return sum([len(line.strip()) for line in file])


def total_of_map(path: str) -> int:
    with open(path, encoding="ascii") as file:
        return sum(map(len, map(str.strip, file)))


def total_of_bytes(path: str) -> int:
    with open(path, "rb") as file:
        return sum(map(len, map(bytes.strip, file)))


def read_file(n: int) -> list[Contender]:
    lines = Lines(min(n, MOST_LINES))

    def reading(name: str, role: str, total: Callable[[str], int]) -> Contender:
        def prepare() -> Call:
            lines.path()
            return lambda: total(lines.path())

        return Contender(name, role, prepare)

    return [
        reading("list of lines", "reference", total_of_list),
        reading("generator of lines", "builtin", total_of_generator),
        reading("list of lengths", "builtin", total_of_lengths),
        reading("map", "builtin", total_of_map),
        reading("map, of bytes", "builtin", total_of_bytes),
    ]


CASES = [
    Case(
        "howto/string",
        "0 to n-1 as one string",
        string_building,
        growth=1 if IS_IN_PLACE else 2,
        sizes=(100, 10_000, 100_000),
        base="local +=",
        finding="Local += is linear in CPython: join gains little or nothing. In PyPy, or on an attribute, it is not.",
    ),
    Case(
        "howto/string-attribute",
        "0 to n-1 as one string, in an attribute",
        attribute_building,
        growth=2,
        sizes=(1000, 10_000, 50_000),
        base="attribute +=",
        finding="self.text += copies all text each time, which a local += in CPython does not.",
    ),
    Case(
        "howto/read-file",
        "length of n lines, stripped, at most a million",
        read_file,
        sizes=(1000, 100_000),
        base="list of lines",
        finding="Keeping all lines costs time, keeping their lengths does not: that list is as fast as any generator.",
    ),
]
