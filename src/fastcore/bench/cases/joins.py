"""String joins: numbers and strings to one text."""

from __future__ import annotations

from typing import Any

import fastcore as fc
from fastcore import pure
from fastcore.bench.cases import Case, Contender, as_array, builtin, contenders, floats, integers


def join_of(values: Any, items: Any) -> list[Contender]:
    """`items` is what the builtin joins: the values, as Python objects."""
    return contenders(
        lambda: pure.join(values, ","),
        lambda: fc.join(values, ","),
        builtin("','.join(map(str, …))", lambda: ",".join(map(str, items))),
    )


def list_int(n: int) -> list[Contender]:
    a = integers(n)
    return join_of(a, a)


def list_float(n: int) -> list[Contender]:
    a = floats(n)
    return join_of(a, a)


def list_str(n: int) -> list[Contender]:
    a = [str(v) for v in integers(n)]
    return contenders(lambda: pure.join(a, ","), lambda: fc.join(a, ","), builtin("','.join", lambda: ",".join(a)))


def list_mixed(n: int) -> list[Contender]:
    a = [(v, v / 8, str(v), None)[v % 4] for v in integers(n)]
    return join_of(a, a)


def array_int(n: int) -> list[Contender]:
    a = [v - (1 << 61) for v in integers(n, 62)]
    return join_of(as_array("q", a), a)


def array_float(n: int) -> list[Contender]:
    a = floats(n)
    return join_of(as_array("d", a), a)


def array_scientific(n: int) -> list[Contender]:
    a = [v * 10.0 ** (k % 500 - 250) for k, v in zip(integers(n), floats(n))]
    return join_of(as_array("d", a), a)


def range_int(n: int) -> list[Contender]:
    return join_of(range(n), range(n))


def generator_int(n: int) -> list[Contender]:
    a = integers(n)
    return contenders(
        lambda: pure.join((v for v in a), ","),
        lambda: fc.join((v for v in a), ","),
        builtin("','.join(str(v) for …)", lambda: ",".join(str(v) for v in a)),
    )


CASES = [
    Case("joins/list-int", "a list of ints", list_int),
    Case("joins/list-float", "a list of floats", list_float),
    Case("joins/list-str", "a list of short strings", list_str),
    Case("joins/list-mixed", "ints, floats, strings and None", list_mixed),
    Case("joins/array-int", "an int64 array, full range", array_int),
    Case("joins/array-float", "a float64 array", array_float),
    Case("joins/array-scientific", "a float64 array over 500 decades", array_scientific),
    Case("joins/range", "a range", range_int),
    Case("joins/generator", "a generator of ints", generator_int),
]
