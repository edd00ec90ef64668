"""Sums: of lists and arrays, rounded as they come and exactly; means and extremes."""

from __future__ import annotations

import math

import fastcore as fc
from fastcore import pure
from fastcore.bench.cases import Case, Contender, as_array, contenders, floats, integers


def list_float(n: int) -> list[Contender]:
    a = floats(n)
    return contenders(
        lambda: pure.sum(a), lambda: fc.sum(a), ("sum", lambda: sum(a)), ("np.sum(list)", lambda np: lambda: np.sum(a))
    )


def list_int(n: int) -> list[Contender]:
    a = integers(n)
    return contenders(
        lambda: pure.sum(a), lambda: fc.sum(a), ("sum", lambda: sum(a)), ("np.sum(list)", lambda np: lambda: np.sum(a))
    )


def range_int(n: int) -> list[Contender]:
    a = range(n)
    return contenders(
        lambda: pure.sum(a),
        lambda: fc.sum(a),
        ("sum", lambda: sum(a)),
        ("np.arange(n).sum()", lambda np: lambda: np.arange(n).sum()),
    )


def array_float(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return contenders(
        lambda: pure.sum(a), lambda: fc.sum(a), ("sum", lambda: sum(a)), ("np.sum", lambda np: lambda: np.sum(a))
    )


def array_int(n: int) -> list[Contender]:
    a = as_array("q", integers(n, 40))
    return contenders(
        lambda: pure.sum(a), lambda: fc.sum(a), ("sum", lambda: sum(a)), ("np.sum", lambda np: lambda: np.sum(a))
    )


def fsum_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return contenders(lambda: pure.fsum(a), lambda: fc.fsum(a), ("math.fsum", lambda: math.fsum(a)))


def fsum_list(n: int) -> list[Contender]:
    a = floats(n)
    return contenders(lambda: pure.fsum(a), lambda: fc.fsum(a), ("math.fsum", lambda: math.fsum(a)))


def fsum_wide(n: int) -> list[Contender]:
    a = as_array("d", [math.ldexp(v, k % 200 - 100) for k, v in zip(integers(n), floats(n))])
    return contenders(lambda: pure.fsum(a), lambda: fc.fsum(a), ("math.fsum", lambda: math.fsum(a)))


def mean_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return contenders(
        lambda: pure.mean(a),
        lambda: fc.mean(a),
        ("fsum / n", lambda: math.fsum(a) / n),
        ("np.mean", lambda np: lambda: np.mean(a)),
    )


def max_list(n: int) -> list[Contender]:
    a = integers(n)
    return contenders(
        lambda: pure.max(a), lambda: fc.max(a), ("max", lambda: max(a)), ("np.max(list)", lambda np: lambda: np.max(a))
    )


def max_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return contenders(
        lambda: pure.max(a), lambda: fc.max(a), ("max", lambda: max(a)), ("np.max", lambda np: lambda: np.max(a))
    )


CASES = [
    Case("sums/list-float", "sum of a list of floats", list_float, is_exact=False),
    Case("sums/list-int", "sum of a list of ints", list_int),
    Case("sums/range", "sum of a range", range_int),
    Case("sums/array-float", "sum of a float64 array", array_float, is_exact=False),
    Case("sums/array-int", "exact sum of an int64 array", array_int),
    Case("sums/fsum-array", "correctly rounded sum of a float64 array", fsum_array),
    Case("sums/fsum-list", "correctly rounded sum of a list of floats", fsum_list),
    Case("sums/fsum-wide", "correctly rounded sum over 200 binades", fsum_wide),
    Case("sums/mean-array", "mean of a float64 array", mean_array, is_exact=False),
    Case("sums/max-list", "maximum of a list of ints", max_list),
    Case("sums/max-array", "maximum of a float64 array", max_array),
]
