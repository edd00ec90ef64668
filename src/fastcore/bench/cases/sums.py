"""Sums: of lists and arrays, rounded as they come and exactly; means, extremes, products, running sums and axes."""

from __future__ import annotations

import functools
import itertools
import math
import operator
import random
import statistics
import struct
from functools import partial
from typing import Any, Callable

import fastcore as fc
from fastcore import pure
from fastcore.bench import cases
from fastcore.bench.cases import ROUNDING, Call, Case, Contender, as_array, builtin, compiled, floats, integers, peer

SINGLE = 1e-4  # sums of positive numbers in single precision
ADDENDS = 8  # chunks of a merged sum


def race(function: str, *arguments: Any, rivals: list[Contender]) -> list[Contender]:
    """A function of the family, by its name, against its rivals."""
    reference, fastcore = getattr(pure, function), getattr(fc, function)
    return cases.contenders(partial(reference, *arguments), partial(fastcore, *arguments), *rivals)


# ---- rivals ----


def numpy(function: str, *arguments: Any, tolerance: float | None = None) -> Contender:
    """A function of NumPy's on these arguments."""
    find = operator.attrgetter(function)
    return cases.numpy(f"np.{function}", lambda np: partial(find(np), *arguments), tolerance=tolerance)


def library(module: str, function: str, *arguments: Any) -> Contender:
    """A function of some module on these arguments, under the module's name."""
    return peer(module, module, lambda found: partial(getattr(found, function), *arguments))


def polars(method: str, a: Any, *arguments: Any, tolerance: float | None = None) -> Contender:
    """A method of a polars Series that holds the array."""
    return peer("polars", "polars", lambda pl: partial(getattr(pl.Series(a), method), *arguments), tolerance=tolerance)


def pyarrow(function: str, a: Any) -> Contender:
    """A function of pyarrow.compute on an Array that holds the array."""
    return peer("pyarrow", "pyarrow pyarrow.compute", lambda pa, pc: partial(getattr(pc, function), pa.array(a)))


def listed(function: Callable[[Any], Any], a: Any, *, tolerance: float | None = None) -> Contender:
    """A builtin that takes an iterable: faster on the array's list than on the array."""
    return builtin(f"{function.__name__}(a.tolist())", lambda: function(a.tolist()), tolerance=tolerance)


def xsum(size: str, a: Any) -> Contender:
    """Neal's exact sum with the small or the large accumulator."""

    def prepare(module: Any) -> Call:
        accumulator = getattr(module, f"xsum_{size}_accumulator")
        add, rounded = module.xsum_add, module.xsum_round

        def call() -> Any:
            total = accumulator()
            add(total, a)
            return rounded(total)

        return call

    return peer(f"xsum {size}", "xsum", prepare)


# ---- loops for numba ----


def sum_loop(a: Any) -> Any:
    total = 0
    for x in a:
        total += x
    return total


def range_loop(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def mean_loop(a: Any) -> Any:
    total = 0
    for x in a:
        total += x
    return total / len(a)


def variance_loop(a: Any) -> Any:
    total = 0.0
    for x in a:
        total += x
    mean = total / len(a)
    squares = 0.0
    for x in a:
        squares += (x - mean) * (x - mean)
    return squares / len(a)


def min_loop(a: Any) -> Any:
    least = a[0]
    for x in a:
        if x < least:
            least = x
    return least


def max_loop(a: Any) -> Any:
    greatest = a[0]
    for x in a:
        if x > greatest:
            greatest = x
    return greatest


def minmax_loop(a: Any) -> Any:
    least = greatest = a[0]
    for x in a:
        if x < least:
            least = x
        if x > greatest:
            greatest = x
    return least, greatest


def argmin_loop(a: Any) -> Any:
    least, at = a[0], 0
    for i in range(len(a)):
        if a[i] < least:
            least, at = a[i], i
    return at


def argmax_loop(a: Any) -> Any:
    greatest, at = a[0], 0
    for i in range(len(a)):
        if a[i] > greatest:
            greatest, at = a[i], i
    return at


def dot_loop(a: Any, b: Any) -> Any:
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def cumsum_loop(a: Any) -> Any:
    sums = a.copy()
    total = 0.0
    for i in range(len(a)):
        total += a[i]
        sums[i] = total
    return sums


def axis0_loop(a: Any) -> Any:
    sums = a[0].copy()
    for i in range(1, a.shape[0]):
        for j in range(a.shape[1]):
            sums[j] += a[i, j]
    return sums


def axis1_loop(a: Any) -> Any:
    sums = a[:, 0].copy()
    for i in range(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += a[i, j]
        sums[i] = total
    return sums


# ---- data ----


@functools.lru_cache(maxsize=16)
def decades(n: int, width: float) -> list[float]:
    """Normally distributed floats, each times a power of ten up to this width either way."""
    rng = random.Random(1)
    return [rng.gauss(0.0, 1.0) * 10.0 ** rng.uniform(-width, width) for _ in range(n)]


@functools.lru_cache(maxsize=16)
def bit_patterns(n: int) -> list[float]:
    """Floats with any bits, but finite and with room for the sum."""
    rng = random.Random(1)
    found: list[float] = []
    while len(found) < n:
        drawn = struct.unpack(f"<{n}d", rng.getrandbits(64 * n).to_bytes(8 * n, "little"))
        found += [x for x in drawn if abs(x) < 1e280]
    return found[:n]


@functools.lru_cache(maxsize=16)
def cancelling(n: int) -> list[float]:
    """Floats and their negatives, and a few small ones that are all that is left of the sum."""
    rng = random.Random(1)
    pairs = max(0, n - 1 - n // 100) // 2
    large = floats(pairs)
    values = large + [-x for x in large] + [1e-12 * rng.gauss(0.0, 1.0) for _ in range(n - 2 * pairs)]
    rng.shuffle(values)
    return values


def matrix(rows: int, columns: int) -> Any:
    """A 2-d float64 array; None where NumPy is not installed."""
    np = cases.numpy_or_none()
    return None if np is None else np.array(floats(rows * columns)).reshape(rows, columns)


def square(n: int) -> Any:
    """A square array of about n elements."""
    side = max(1, math.isqrt(n))
    return matrix(side, side)


# ---- sum ----


def list_float(n: int) -> list[Contender]:
    a = floats(n)
    return race("sum", a, rivals=[builtin("sum", partial(sum, a)), *list_rivals(a)])


def list_int(n: int) -> list[Contender]:
    a = integers(n)
    return race("sum", a, rivals=[builtin("sum", partial(sum, a)), *list_rivals(a)])


def list_rivals(a: list[Any]) -> list[Contender]:
    """Libraries that make an array of the list first."""
    return [
        cases.numpy("np.sum(list)", lambda np: partial(np.sum, a)),
        peer("polars", "polars", lambda pl: lambda: pl.Series(a).sum()),
        peer("pyarrow", "pyarrow pyarrow.compute", lambda pa, pc: lambda: pc.sum(pa.array(a))),
    ]


def list_int62(n: int) -> list[Contender]:
    a = integers(n, 62)
    objects = cases.numpy("np.sum(list, dtype=object)", lambda np: lambda: np.sum(a, dtype=object))
    return race("sum", a, rivals=[builtin("sum", partial(sum, a)), objects])


def range_int(n: int) -> list[Contender]:
    a = range(n)
    return race(
        "sum",
        a,
        rivals=[
            builtin("sum", partial(sum, a)),
            cases.numpy("np.arange(n).sum()", lambda np: lambda: np.arange(n).sum()),
            compiled(range_loop, n),
        ],
    )


def array_float(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race("sum", a, rivals=[*sum_rivals(a), compiled(sum_loop, a, fastmath=True)])


def sum_rivals(a: Any) -> list[Contender]:
    """All that sum an array."""
    return [
        listed(sum, a),
        numpy("add.reduce", a),
        numpy("sum", a),
        library("bottleneck", "nansum", a),
        library("numkong", "sum", a),
        polars("sum", a),
        pyarrow("sum", a),
        compiled(sum_loop, a),
    ]


def array_float32(n: int) -> list[Contender]:
    a = as_array("f", [abs(x) for x in floats(n)])
    return race(
        "sum",
        a,
        rivals=[
            listed(sum, a),
            numpy("add.reduce", a, tolerance=SINGLE),
            cases.numpy("np.sum, dtype=float64", lambda np: lambda: np.sum(a, dtype=np.float64)),
            peer("bottleneck", "bottleneck", lambda bn: partial(bn.nansum, a), tolerance=SINGLE),
            library("numkong", "sum", a),
            polars("sum", a, tolerance=SINGLE),
            pyarrow("sum", a),
            compiled(sum_loop, a),
            compiled(sum_loop, a, fastmath=True),
        ],
    )


def array_int(n: int) -> list[Contender]:
    a = as_array("q", integers(n, 40))
    return race("sum", a, rivals=sum_rivals(a))


def array_int32(n: int) -> list[Contender]:
    # 12 bits: bottleneck and polars add int32 in 32 bits.
    a = as_array("i", integers(n, 12))
    return race("sum", a, rivals=sum_rivals(a))


def array_uint8(n: int) -> list[Contender]:
    a = as_array("B", integers(n, 8))
    return race("sum", a, rivals=sum_rivals(a))


def array_strided(n: int) -> list[Contender]:
    a = as_array("d", floats(2 * n))[::2]
    return race(
        "sum",
        a,
        rivals=[
            listed(sum, a),
            numpy("add.reduce", a),
            numpy("sum", a),
            library("bottleneck", "nansum", a),
            library("numkong", "sum", a),
            compiled(sum_loop, a),
            compiled(sum_loop, a, fastmath=True),
        ],
    )


def array_fortran(n: int) -> list[Contender]:
    a = square(n)
    if a is not None:
        a = a.copy(order="F")
    return cases.contenders(
        partial(pure.sum, a),
        partial(fc.sum, a),
        numpy("add.reduce", a, None),
        numpy("sum", a),
        library("bottleneck", "nansum", a),
        library("numkong", "sum", a),
        needs=("numpy",),
    )


# ---- fsum ----


def fsum_race(a: Any, *others: Contender) -> list[Contender]:
    """The correctly rounded sums of an array, and others that are less exact."""
    exact = [builtin("math.fsum", partial(math.fsum, a)), listed(math.fsum, a), xsum("small", a), xsum("large", a)]
    return race("fsum", a, rivals=[*exact, *others])


def inexact(a: Any) -> Contender:
    """The speed to beat although its sum is rounded as it comes."""
    return numpy("add.reduce", a, tolerance=ROUNDING)


def fsum_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return fsum_race(a, inexact(a))


def fsum_list(n: int) -> list[Contender]:
    a = floats(n)
    return race(
        "fsum",
        a,
        rivals=[
            builtin("math.fsum", partial(math.fsum, a)),
            builtin("sum", partial(sum, a), tolerance=ROUNDING),
            xsum("small", a),
            xsum("large", a),
        ],
    )


def fsum_float32(n: int) -> list[Contender]:
    a = as_array("f", [abs(x) for x in floats(n)])
    return fsum_race(a, numpy("add.reduce", a, tolerance=SINGLE))


def fsum_wide20(n: int) -> list[Contender]:
    a = as_array("d", decades(n, 20))
    return fsum_race(a, inexact(a))


def fsum_wide100(n: int) -> list[Contender]:
    a = as_array("d", decades(n, 100))
    return fsum_race(a, inexact(a))


def fsum_bits(n: int) -> list[Contender]:
    a = as_array("d", bit_patterns(n))
    return fsum_race(a, inexact(a))


def fsum_cancel(n: int) -> list[Contender]:
    return fsum_race(as_array("d", cancelling(n)))


def exact_sum_merge(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    step = -(-n // ADDENDS)
    chunks = [a[i : i + step] for i in range(0, n, step)]

    def merged(implementation: Any) -> float:
        total = implementation.ExactSum()
        for chunk in chunks:
            part = implementation.ExactSum()
            part.update(chunk)
            total.merge(part)
        return float(total.result())

    def merged_by_xsum(module: Any) -> Call:
        def call() -> Any:
            total = module.xsum_small_accumulator()
            for chunk in chunks:
                part = module.xsum_small_accumulator()
                module.xsum_add(part, chunk)
                module.xsum_add(total, part)
            return module.xsum_round(total)

        return call

    return cases.contenders(
        partial(merged, pure),
        partial(merged, fc),
        builtin("math.fsum", partial(math.fsum, a)),
        listed(math.fsum, a),
        peer("xsum small", "xsum", merged_by_xsum),
    )


# ---- mean and variance ----


def mean_array(n: int) -> list[Contender]:
    return mean_race(as_array("d", floats(n)))


def mean_int(n: int) -> list[Contender]:
    return mean_race(as_array("q", integers(n, 40)))


def mean_race(a: Any) -> list[Contender]:
    return race(
        "mean",
        a,
        rivals=[
            listed(statistics.fmean, a),
            numpy("mean", a),
            library("bottleneck", "nanmean", a),
            polars("mean", a),
            pyarrow("mean", a),
            compiled(mean_loop, a, fastmath=True),
        ],
    )


def var_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race(
        "var",
        a,
        rivals=[
            listed(statistics.pvariance, a),
            numpy("var", a),
            library("bottleneck", "nanvar", a),
            polars("var", a, 0),
            pyarrow("variance", a),
            compiled(variance_loop, a, fastmath=True),
        ],
    )


# ---- extremes ----


def min_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race("min", a, rivals=[listed(min, a), *extreme_rivals("min", a, min_loop)])


def max_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race("max", a, rivals=[listed(max, a), *extreme_rivals("max", a, max_loop)])


def max_int(n: int) -> list[Contender]:
    a = as_array("q", integers(n, 62))
    return race("max", a, rivals=[listed(max, a), *extreme_rivals("max", a, max_loop)])


def extreme_rivals(function: str, a: Any, loop: Callable[[Any], Any]) -> list[Contender]:
    return [
        numpy(function, a),
        library("bottleneck", f"nan{function}", a),
        library("numkong", function, a),
        polars(function, a),
        pyarrow(function, a),
        compiled(loop, a),
    ]


def argmin_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    by_key = builtin("min(range(n), key=…)", lambda: min(range(n), key=a.__getitem__))
    return race("argmin", a, rivals=[by_key, *position_rivals("min", a, argmin_loop)])


def argmax_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    by_key = builtin("max(range(n), key=…)", lambda: max(range(n), key=a.__getitem__))
    return race("argmax", a, rivals=[by_key, *position_rivals("max", a, argmax_loop)])


def position_rivals(extreme: str, a: Any, loop: Callable[[Any], Any]) -> list[Contender]:
    return [
        numpy(f"arg{extreme}", a),
        library("bottleneck", f"nanarg{extreme}", a),
        library("numkong", f"arg{extreme}", a),
        polars(f"arg_{extreme}", a),
        compiled(loop, a),
    ]


def both(a: Any) -> tuple[Any, Any]:
    return min(a), max(a)


def minmax_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race(
        "minmax",
        a,
        rivals=[
            builtin("min and max of a.tolist()", lambda: both(a.tolist())),
            cases.numpy("np.min and np.max", lambda np: lambda: (np.min(a), np.max(a))),
            peer("numkong", "numkong", lambda nk: lambda: nk.minmax(a)[::2]),
            peer("pyarrow", "pyarrow pyarrow.compute", arrow_minmax(a)),
            compiled(minmax_loop, a),
        ],
    )


def arrow_minmax(a: Any) -> Callable[[Any, Any], Call]:
    def prepare(pa: Any, pc: Any) -> Call:
        held = pa.array(a)
        return lambda: tuple(pc.min_max(held).as_py().values())

    return prepare


def max_list(n: int) -> list[Contender]:
    a = integers(n)
    return race(
        "max",
        a,
        rivals=[
            builtin("max", partial(max, a)),
            cases.numpy("np.max(list)", lambda np: partial(np.max, a)),
            peer("polars", "polars", lambda pl: lambda: pl.Series(a).max()),
        ],
    )


def minmax_list(n: int) -> list[Contender]:
    a = floats(n)
    return race(
        "minmax",
        a,
        rivals=[
            builtin("min and max", partial(both, a)),
            cases.numpy("np.array(list), min, max", lambda np: lambda: array_minmax(np.array(a))),
        ],
    )


def array_minmax(a: Any) -> tuple[Any, Any]:
    return a.min(), a.max()


# ---- products and running sums ----


def dot_array(n: int) -> list[Contender]:
    a, b = as_array("d", floats(n)), as_array("d", floats(n, seed=2))
    rivals = [library("numkong", "dot", a, b), compiled(dot_loop, a, b, fastmath=True)]
    return race("dot", a, b, rivals=[*dot_rivals(a, b), *rivals])


def dot_int(n: int) -> list[Contender]:
    a, b = as_array("q", integers(n)), as_array("q", integers(n, seed=2))
    return race("dot", a, b, rivals=[*dot_rivals(a, b), compiled(dot_loop, a, b)])


def dot_rivals(a: Any, b: Any) -> list[Contender]:
    return [
        builtin("sum(map(mul, …))", lambda: sum(map(operator.mul, a.tolist(), b.tolist()))),
        numpy("dot", a, b),
        peer("polars", "polars", lambda pl: partial(pl.Series(a).dot, pl.Series(b))),
    ]


def cumsum_array(n: int) -> list[Contender]:
    a = as_array("d", floats(n))
    return race(
        "cumsum",
        a,
        rivals=[
            builtin("list(accumulate)", lambda: list(itertools.accumulate(a.tolist()))),
            numpy("cumsum", a),
            polars("cum_sum", a),
            pyarrow("cumulative_sum", a),
            compiled(cumsum_loop, a),
        ],
    )


# ---- axes ----


def axis0(n: int) -> list[Contender]:
    return axis_race(square(n), 0, axis0_loop)


def axis1(n: int) -> list[Contender]:
    return axis_race(square(n), 1, axis1_loop)


def axis1_narrow(n: int) -> list[Contender]:
    return axis_race(matrix(max(1, n // 2), 2), 1, axis1_loop)


def axis_race(a: Any, axis: int, loop: Callable[[Any], Any]) -> list[Contender]:
    return cases.contenders(
        lambda: pure.sum(a, axis=axis),
        lambda: fc.sum(a, axis=axis),
        numpy("add.reduce", a, axis),
        numpy("sum", a, axis),
        library("bottleneck", "nansum", a, axis),
        peer("numkong", "numpy numkong", lambda np, nk: lambda: np.asarray(nk.sum(a, axis))),
        compiled(loop, a, fastmath=True),
        needs=("numpy",),
    )


CASES = [
    Case("sums/list-float", "sum of a list of floats", list_float, is_exact=False),
    Case("sums/list-int", "sum of a list of ints", list_int),
    Case("sums/list-int62", "sum of a list of ints of 62 bits", list_int62),
    Case("sums/range", "sum of a range", range_int),
    Case("sums/array-float", "sum of a float64 array", array_float, is_exact=False),
    Case("sums/array-float32", "sum of a float32 array", array_float32, is_exact=False),
    Case("sums/array-int", "exact sum of an int64 array", array_int),
    Case("sums/array-int32", "exact sum of an int32 array", array_int32),
    Case("sums/array-uint8", "exact sum of a uint8 array", array_uint8),
    Case("sums/array-strided", "sum of every other float64", array_strided, is_exact=False),
    Case("sums/array-fortran", "sum of a square float64 array, by columns", array_fortran, is_exact=False),
    Case("sums/axis0", "sums along axis 0 of a square float64 array", axis0, is_exact=False),
    Case("sums/axis1", "sums along axis 1 of a square float64 array", axis1, is_exact=False),
    Case("sums/axis1-narrow", "sums along axis 1 of an (n/2, 2) array", axis1_narrow, is_exact=False),
    Case("sums/fsum-array", "correctly rounded sum of a float64 array", fsum_array),
    Case("sums/fsum-list", "correctly rounded sum of a list of floats", fsum_list),
    Case("sums/fsum-float32", "correctly rounded sum of a float32 array", fsum_float32),
    Case("sums/fsum-wide20", "correctly rounded sum over 40 decades", fsum_wide20),
    Case("sums/fsum-wide100", "correctly rounded sum over 200 decades", fsum_wide100),
    Case("sums/fsum-bits", "correctly rounded sum of random bits", fsum_bits),
    Case("sums/fsum-cancel", "correctly rounded sum of what cancels", fsum_cancel),
    Case("sums/exact-sum-merge", "ExactSums of eight chunks, merged", exact_sum_merge),
    Case("sums/mean-array", "mean of a float64 array", mean_array, is_exact=False),
    Case("sums/mean-int", "mean of an int64 array", mean_int, is_exact=False),
    Case("sums/var-array", "variance of a float64 array", var_array, is_exact=False),
    Case("sums/min-array", "minimum of a float64 array", min_array),
    Case("sums/max-array", "maximum of a float64 array", max_array),
    Case("sums/max-int", "maximum of an int64 array", max_int),
    Case("sums/max-list", "maximum of a list of ints", max_list),
    Case("sums/argmin-array", "position of the minimum of a float64 array", argmin_array),
    Case("sums/argmax-array", "position of the maximum of a float64 array", argmax_array),
    Case("sums/minmax-array", "both extremes of a float64 array", minmax_array),
    Case("sums/minmax-list", "both extremes of a list of floats", minmax_list),
    Case("sums/dot-array", "scalar product of float64 arrays", dot_array, is_exact=False),
    Case("sums/dot-int", "exact scalar product of int64 arrays", dot_int),
    Case("sums/cumsum-array", "running sums of a float64 array", cumsum_array),
]
