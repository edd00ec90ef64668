"""Loops over numbers, in Python and out of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import fastcore as fc
from fastcore.bench import cases
from fastcore.bench.cases import Case, Contender, builtin, integers
from fastcore.bench.cases.howto.roles import kernel, slow
from fastcore.bench.cases.transforms import affine, affine_steps, drawn, near_square

MOST_SQUARES = 3_000_000  # of so many the sum fits an int64
SMALL_BITS = 10  # of a hundred million such integers the sum of squares fits an int64

square = fc.vectorize(lambda x: x * x)
transform = fc.vectorize(affine)
even_square = fc.vectorize(lambda x: fc.where(x % 2 == 0, x * x, 0))


def small_integers(n: int) -> list[int]:
    return integers(n, SMALL_BITS)


# ---- sums of numbers that are counted up ----


def sum_by_loop(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def sum_range(n: int) -> list[Contender]:
    return [
        slow("loop", partial(sum_by_loop, n)),
        builtin("sum(range(n))", lambda: sum(range(n))),
        builtin("n*(n-1)//2", lambda: n * (n - 1) // 2),
        cases.numpy("np.arange(n).sum()", lambda np: lambda: np.arange(n).sum()),
        kernel(lambda: fc.sum(range(n))),
    ]


def compute_sum(n: int) -> list[Contender]:
    """Typed as a C int, the total overflows from n = 65 537 on; the comparison of results finds that."""

    def in_int32(np: Any) -> Any:
        return lambda: np.arange(n, dtype=np.int32).sum(dtype=np.int32)

    return [
        slow("loop", partial(sum_by_loop, n)),
        builtin("sum(range(n))", lambda: sum(range(n))),
        cases.numpy("np.sum in int32", in_int32),
        cases.numpy("np.sum in int64", lambda np: lambda: np.arange(n).sum()),
        kernel(lambda: fc.sum(range(n))),
    ]


def squares_by_append(n: int) -> list[int]:
    squares = []
    for i in range(n):
        squares.append(i**2)
    return squares


def squares_list(n: int) -> list[Contender]:
    """fastcore makes an array, as NumPy does first: made a list, its result would take as long as NumPy's second."""
    return [
        slow("append, i**2", partial(squares_by_append, n)),
        builtin("comprehension, i**2", lambda: [i**2 for i in range(n)]),
        builtin("comprehension, i*i", lambda: [i * i for i in range(n)]),
        cases.numpy("np.arange(n)**2", lambda np: lambda: np.arange(n) ** 2),
        cases.numpy("(np.arange(n)**2).tolist()", lambda np: lambda: (np.arange(n) ** 2).tolist()),
        Contender("fastcore", "fastcore", lambda np: lambda: square(np.arange(n)), ("numpy",)),
    ]


def squares_sum(n: int) -> list[Contender]:
    """What a generator is worth: its time here, its memory with --memory."""
    contenders = [
        slow("sum([x**2 …])", lambda: sum([x**2 for x in range(n)])),
        builtin("sum([x*x …])", lambda: sum([x * x for x in range(n)])),
        builtin("sum(x**2 …)", lambda: sum(x**2 for x in range(n))),
        builtin("sum(x*x …)", lambda: sum(x * x for x in range(n))),
        builtin("sum(map(lambda …))", lambda: sum(map(lambda x: x * x, range(n)))),  # noqa: C417
    ]
    if n > MOST_SQUARES:
        return contenders
    return [
        *contenders,
        cases.numpy("(np.arange(n)**2).sum()", lambda np: lambda: (np.arange(n) ** 2).sum()),
        Contender("fastcore", "fastcore", lambda np: lambda: square.reduce(np.arange(n), "sum"), ("numpy",)),
    ]


# ---- over a list ----


def sum_by_hand(values: list[int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


def sum_list(n: int) -> list[Contender]:
    a = integers(n)
    return [
        slow("loop", partial(sum_by_hand, a)),
        builtin("sum(list)", partial(sum, a)),
        cases.numpy("np.sum(list)", lambda np: partial(np.sum, a)),
        cases.numpy("array.sum()", lambda np: np.array(a).sum),
        kernel(partial(fc.sum, a)),
    ]


def max_by_hand(values: list[int]) -> int:
    largest = values[0]
    for value in values:
        if value > largest:
            largest = value
    return largest


def max_list(n: int) -> list[Contender]:
    a = integers(n)
    return [
        slow("loop", partial(max_by_hand, a)),
        builtin("max(list)", partial(max, a)),
        cases.numpy("np.max(list)", lambda np: partial(np.max, a)),
        cases.numpy("array.max()", lambda np: np.array(a).max),
        kernel(partial(fc.max, a)),
    ]


def process_by_append(data: list[int]) -> int:
    result = []
    for x in data:
        result.append(x**2)
    return sum(result)


def process_data(n: int) -> list[Contender]:
    a = small_integers(n)
    return [
        slow("append, then sum", partial(process_by_append, a)),
        builtin("sum(x**2 …)", lambda: sum(x**2 for x in a)),
        builtin("sum([x**2 …])", lambda: sum([x**2 for x in a])),
        builtin("sum([x*x …])", lambda: sum([x * x for x in a])),
        cases.numpy("np.dot(list, list)", lambda np: partial(np.dot, a, a)),
        kernel(partial(fc.dot, a, a)),
    ]


def even_squares_by_steps(data: list[int]) -> int:
    evens = [x for x in data if x % 2 == 0]
    squares = [x**2 for x in evens]
    return sum(squares)


def even_squares(n: int) -> list[Contender]:
    a = small_integers(n)

    def by_numpy(np: Any) -> Any:
        def call() -> Any:
            array = np.array(a)
            evens = array[array % 2 == 0]
            return (evens * evens).sum()

        return call

    return [
        slow("readable lists", partial(even_squares_by_steps, a)),
        builtin("'optimized' generator", lambda: sum(x * x for x in a if not x & 1)),
        builtin("the same as a list", lambda: sum([x * x for x in a if not x & 1])),
        cases.numpy("NumPy, from the list", by_numpy),
        Contender("fastcore", "fastcore", lambda np: lambda: even_square.reduce(np.array(a), "sum"), ("numpy",)),
    ]


# ---- over an array of two dimensions ----


def affine_in_rows(x: Any, out: Any) -> Any:
    rows, columns = len(x), len(x[0])
    for i in range(rows):
        for j in range(columns):
            out[i][j] = (x[i][j] * 2 + 3) / 5
    return out


def affine_in_array(x: Any, out: Any) -> Any:
    rows, columns = x.shape
    for i in range(rows):
        for j in range(columns):
            out[i, j] = (x[i, j] * 2 + 3) / 5
    return out


def in_rows(values: list[float]) -> list[list[float]]:
    """As a list of lists of the shape that the array has."""
    n = len(values)
    rows = next(i for i in range(int(n**0.5), 0, -1) if n % i == 0)
    columns = n // rows
    return [values[i : i + columns] for i in range(0, n, columns)]


def nested_loops(n: int) -> list[Contender]:
    x = near_square(drawn("d", n))
    lists = x.tolist() if hasattr(x, "shape") else in_rows(x.tolist())
    filled = [[0.0] * len(row) for row in lists]
    return [
        slow("loops over an ndarray", lambda: affine_in_array(x, x.copy()), "numpy"),
        builtin("loops over lists", partial(affine_in_rows, lists, filled)),
        builtin("comprehension over lists", lambda: [[(v * 2 + 3) / 5 for v in row] for row in lists]),
        cases.numpy("NumPy", lambda np: partial(affine, x)),
        kernel(partial(transform, x), "numpy"),
    ]


def in_place(n: int) -> list[Contender]:
    x = near_square(drawn("d", n))
    out = x.copy() if hasattr(x, "shape") else None
    return [
        slow("NumPy, new arrays", partial(affine, x), "numpy"),
        cases.numpy("NumPy, in place", lambda np: affine_steps(np, out, x)),
        kernel(lambda: transform(x, out=out), "numpy"),
    ]


CASES = [
    Case(
        "howto/sum-range",
        "sum of 0 to n-1",
        sum_range,
        sizes=(100, 1_000_000),
        base="loop",
        finding="In CPython sum(range(n)) halves the loop's time; the formula, fc.sum(range)'s, takes none at any n.",
    ),
    Case(
        "howto/compute-sum",
        "sum of 0 to n-1, typed",
        compute_sum,
        sizes=(65_536,),
        base="loop",
        finding="A C int overflows silently from n = 65 537 on; only a comparison of results notices.",
    ),
    Case(
        "howto/squares-list",
        "the squares of 0 to n-1",
        squares_list,
        sizes=(100, 100_000),
        base="append, i**2",
        finding="In CPython a comprehension hardly beats append; i*i does. NumPy's lead melts if a list is wanted.",
    ),
    Case(
        "howto/squares-sum",
        "sum of the squares of 0 to n-1",
        squares_sum,
        sizes=(10, 10_000, 1_000_000),
        base="sum([x**2 …])",
        finding="A generator saves memory, hardly time: on short input it is no faster than the list. See --memory.",
    ),
    Case(
        "howto/sum-list",
        "sum of a list of ints",
        sum_list,
        sizes=(10, 1_000_000),
        base="loop",
        finding="np.sum(list) is slower than sum(list), even than the loop: it makes the list an array first.",
    ),
    Case(
        "howto/max-list",
        "largest of a list of ints",
        max_list,
        sizes=(1_000_000,),
        base="loop",
        finding="In CPython 3.11 max(list) is no faster than the loop; np.max(list), which converts it, is slower.",
    ),
    Case(
        "howto/process-data",
        "sum of the squares of a list",
        process_data,
        sizes=(10_000,),
        base="append, then sum",
        finding="np.dot of lists is slower than the loop, as it converts both; a generator gains nothing over a list.",
    ),
    Case(
        "howto/even-squares",
        "sum of the squares of the even ones of a list",
        even_squares,
        sizes=(100_000,),
        base="readable lists",
        finding="'Optimized' gains less than a factor of 2, none of it by being a generator: a list is as fast.",
    ),
    Case(
        "howto/nested-loops",
        "(x*2+3)/5 of a 2-d array",
        nested_loops,
        sizes=(10_000, 1_000_000),
        base="loops over an ndarray",
        finding="Loops over an ndarray are slower than over lists; one expression is over 100 times as fast.",
    ),
    Case(
        "howto/in-place",
        "(x*2+3)/5 of a 2-d array, into one that is there",
        in_place,
        sizes=(10_000, 1_000_000),
        base="NumPy, new arrays",
        finding="In place NumPy gains little where memory is used again: its three passes cost more than new arrays.",
    ),
]
