"""Sorting: lists of the same objects, arrays, and the order of either."""

from __future__ import annotations

from typing import Any

import fastcore as fc
from fastcore import pure
from fastcore.bench.cases import Case, Contender, as_array, builtin, contenders, floats, integers, numpy


def sort_list(a: list[Any]) -> list[Contender]:
    return contenders(
        lambda: pure.sort(a),
        lambda: fc.sort(a),
        builtin("sorted", lambda: sorted(a)),
        numpy("np.sort(list).tolist()", lambda np: lambda: np.sort(a).tolist()),
    )


def list_float(n: int) -> list[Contender]:
    return sort_list(floats(n))


def list_int(n: int) -> list[Contender]:
    return sort_list(integers(n, 60))


def list_few(n: int) -> list[Contender]:
    return sort_list(integers(n, 4))


def list_sorted(n: int) -> list[Contender]:
    return sort_list(sorted(floats(n)))


def list_str(n: int) -> list[Contender]:
    a = [str(v) for v in integers(n)]
    return contenders(lambda: pure.sort(a), lambda: fc.sort(a), builtin("sorted", lambda: sorted(a)))


def sort_array(code: str, values: list[Any]) -> list[Contender]:
    a = as_array(code, values)
    return contenders(
        lambda: pure.sort(a),
        lambda: fc.sort(a),
        builtin("sorted", lambda: sorted(a)),
        numpy("np.sort", lambda np: lambda: np.sort(a)),
    )


def array_float(n: int) -> list[Contender]:
    return sort_array("d", floats(n))


def array_int(n: int) -> list[Contender]:
    return sort_array("q", integers(n, 60))


def array_bytes(n: int) -> list[Contender]:
    return sort_array("B", integers(n, 8))


def argsort_array(values: list[Any], code: str) -> list[Contender]:
    a = as_array(code, values)
    return contenders(
        lambda: pure.argsort(a),
        lambda: fc.argsort(a),
        builtin("sorted(range(n), key=…)", lambda: sorted(range(len(a)), key=a.__getitem__)),
        numpy("np.argsort, stable", lambda np: lambda: np.argsort(a, kind="stable")),
    )


def argsort_float(n: int) -> list[Contender]:
    return argsort_array(floats(n), "d")


def argsort_int(n: int) -> list[Contender]:
    return argsort_array(integers(n, 60), "q")


def argsort_list(n: int) -> list[Contender]:
    a = floats(n)
    return contenders(
        lambda: pure.argsort(a),
        lambda: fc.argsort(a),
        builtin("sorted(range(n), key=…)", lambda: sorted(range(n), key=a.__getitem__)),
    )


CASES = [
    Case("sorting/list-float", "a list of floats", list_float),
    Case("sorting/list-int", "a list of ints", list_int),
    Case("sorting/list-few", "a list of 16 different ints", list_few),
    Case("sorting/list-sorted", "a list in order already", list_sorted),
    Case("sorting/list-str", "a list of short strings", list_str),
    Case("sorting/array-float", "a float64 array", array_float),
    Case("sorting/array-int", "an int64 array", array_int),
    Case("sorting/array-bytes", "a uint8 array", array_bytes),
    Case("sorting/argsort-float", "the stable order of a float64 array", argsort_float),
    Case("sorting/argsort-int", "the stable order of an int64 array", argsort_int),
    Case("sorting/argsort-list", "the order of a list of floats", argsort_list),
]
