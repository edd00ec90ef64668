"""Sorting: lists of the same objects, arrays, the order of either; selection, unique elements and searches."""

from __future__ import annotations

import bisect
import collections
import functools
import heapq
import math
import operator
import random
import statistics
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

import fastcore as fc
from fastcore import pure
from fastcore.bench import cases
from fastcore.bench.cases import (
    ROUNDING,
    Call,
    Case,
    Contender,
    as_array,
    compiled,
    floats,
    integers,
    is_identical,
    numpy_or_none,
    plain,
)
from fastcore.bench.cases.decks import Deck, Input, builtin, inputs_of, peer

OTHER = 0.0  # the tolerance of what gives other objects, or another order: the mark ~, and a case's wider view
BUBBLES = 1000  # bubble sort takes some 20 ms for as many
TOP = 100


# ---- what must be the same ----


def equal(expected: Any, result: Any) -> bool:
    """The same elements in the same order, of which NaN equals NaN."""
    if is_identical(expected, result):
        return True
    expected, result = plain(expected), plain(result)
    return bool(expected == result) or without_nan(expected) == without_nan(result)


def without_nan(values: Iterable[Any]) -> list[Any]:
    return [None if x != x else x for x in values]


def identical(expected: list[Any], result: list[Any]) -> bool:
    """The very same objects in the same order."""
    return len(expected) == len(result) and all(map(operator.is_, expected, result))


def in_any_order(expected: Any, result: Any) -> bool:
    """The same elements, which are numbers of one type."""
    return equal(ordered(expected), ordered(result))


def ordered(result: Any) -> Any:
    np = numpy_or_none()
    return sorted(plain(result)) if np is None else np.sort(np.asarray(result))


def counted(expected: Any, result: Any) -> bool:
    """The same elements with the same counts, in any order."""
    return sorted(zip(*plain(expected))) == sorted(zip(*plain(result)))


def around_the_middle(expected: Any, result: Any) -> bool:
    """The same element in the middle, and on either side of it the same elements in any order."""
    k = len(expected) // 2
    return (
        len(expected) == len(result)
        and bool(expected[k] == plain(result)[k])
        and in_any_order(expected[:k], result[:k])
        and in_any_order(expected[k + 1 :], result[k + 1 :])
    )


@dataclass(frozen=True)
class OrderCase(Case):
    """A case whose results must be the same in one respect and, for a contender that is marked ~, in a wider one."""

    same: Callable[[Any, Any], bool] = equal
    alike: Callable[[Any, Any], bool] = equal

    def kept(self, result: Any) -> Any:
        return result if self.same is identical else super().kept(result)

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        return (self.same if tolerance is None else self.alike)(expected, result)


@dataclass(frozen=True)
class ArgsortCase(Case):
    """A case whose results are orders: of a contender that is marked ~, up to the order of equal elements."""

    inputs: Callable[[int], list[Any]] = lambda n: []

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        if equal(expected, result):
            return True
        # Of which input the two are orders is not known.
        return (
            tolerance is not None
            and in_any_order(expected, result)
            and any(equal(taken(a, expected), taken(a, result)) for a in self.inputs(len(expected)))
        )


def taken(a: Any, order: Any) -> Any:
    np = numpy_or_none()
    return list(map(a.__getitem__, order)) if np is None else np.asarray(a)[np.asarray(order)]


# ---- data ----


def signed(n: int, bits: int) -> list[int]:
    return [v - (1 << (bits - 1)) for v in integers(n, bits)]


DTYPES: dict[str, tuple[str, str, Callable[[int], list[Any]]]] = {
    "float": ("d", "float64", floats),
    "float32": ("f", "float32", floats),
    "int": ("q", "int64", partial(signed, bits=64)),
    "int40": ("q", "int64", partial(signed, bits=40)),
    "int32": ("i", "int32", partial(signed, bits=32)),
    "int16": ("h", "int16", partial(signed, bits=16)),
    "uint8": ("B", "uint8", partial(integers, bits=8)),
}
Arrange = Callable[[list[Any], random.Random], list[Any]]


def small(a: list[Any], rng: random.Random) -> list[Any]:
    return rng.choices(list(map(type(a[0]), range(1000))), k=len(a))


def swapped(a: list[Any], rng: random.Random) -> list[Any]:
    """As many swaps as a hundredth of the elements."""
    n, a = len(a), a[:]
    for _ in range(-(-n // 100)):
        i, j = rng.randrange(n), rng.randrange(n)
        a[i], a[j] = a[j], a[i]
    return a


def appended(a: list[Any], rng: random.Random) -> list[Any]:
    """A hundredth of the elements, from all over, at the end and without order."""
    rest, places = a[:], slice(min(50, len(a) - 1), None, 100)
    last = a[places]
    del rest[places]
    rng.shuffle(last)
    return rest + last


def organ_pipe(a: list[Any], rng: random.Random) -> list[Any]:
    """Of what goes up, up, and down again."""
    return a[::2] + a[1::2][::-1]


def few(a: list[Any], rng: random.Random) -> list[Any]:
    """Sixteen values, as far apart as any."""
    return rng.choices(a[:16], k=len(a))


def zipf(a: list[Any], rng: random.Random) -> list[Any]:
    """Whole numbers, of which k comes about k^-1.5 as often as 1."""
    kind = type(a[0])
    return [kind(int(min(rng.paretovariate(0.5), 2.0**50))) for _ in a]


def runs(a: list[Any], rng: random.Random) -> list[Any]:
    """Ten runs, up and down in turn."""
    step = -(-len(a) // 10)
    chunks = [a[i : i + step] for i in range(0, len(a), step)]
    return [x for i, chunk in enumerate(chunks) for x in sorted(chunk, reverse=i % 2 == 1)]


def with_nan(a: list[Any], rng: random.Random) -> list[Any]:
    return [math.nan if rng.random() < 0.1 else x for x in a]


ARRANGEMENTS: dict[str, tuple[str, Arrange]] = {
    "": ("random", lambda a, rng: a),
    "small": ("0 to 999", small),
    "sorted": ("sorted", lambda a, rng: a),
    "reversed": ("reversed", lambda a, rng: a[::-1]),
    "swapped": ("sorted but 1 % swapped", swapped),
    "appended": ("sorted but 1 % appended", appended),
    "organ": ("up and down (organ pipe)", organ_pipe),
    "few": ("16 different values", few),
    "zipf": ("Zipf's distribution", zipf),
    "runs": ("10 runs, up and down", runs),
    "nan": ("10 % NaN", with_nan),
}
OF_SORTED = ("sorted", "reversed", "swapped", "appended", "organ")  # what they arrange is sorted
OF_ARRAYS = ("small", "sorted", "reversed", "swapped", "appended", "organ", "few", "zipf")
OF_LISTS = ("sorted", "reversed", "runs", "swapped")


# Of each size of a few dtypes: cases of one dtype come one after the other.
@functools.lru_cache(maxsize=16)
def drawn(dtype: str, n: int) -> list[list[Any]]:
    """Random inputs for a dtype; shared, so not to be changed."""
    return inputs_of(DTYPES[dtype][2], n)


@functools.lru_cache(maxsize=16)
def in_order(dtype: str, n: int) -> list[list[Any]]:
    """The same, sorted."""
    return list(map(sorted, drawn(dtype, n)))


def lists(dtype: str, arrangement: str, n: int) -> list[list[Any]]:
    """Inputs for a dtype, as arranged; not to be changed either."""
    arrange, rng = ARRANGEMENTS[arrangement][1], random.Random(2)
    return [arrange(a, rng) for a in (in_order if arrangement in OF_SORTED else drawn)(dtype, n)]


def arrays(dtype: str, arrangement: str, n: int) -> list[Any]:
    return [as_array(DTYPES[dtype][0], a) for a in lists(dtype, arrangement, n)]


def digits(n: int) -> list[str]:
    return list(map(str, integers(n)))


@functools.lru_cache(maxsize=8)
def words(n: int) -> list[str]:
    """Twelve letters each."""
    rng = random.Random(1)
    text = "".join(rng.choices(string.ascii_lowercase, k=12 * n))
    return [text[i : i + 12] for i in range(0, 12 * n, 12)]


def prefixed(n: int) -> list[str]:
    """Twelve letters after the same twelve."""
    return [f"measurements{word}" for word in words(n)]


def mixed(n: int) -> list[Any]:
    """Ints and floats in turn, some of them equal."""
    return [float(v) if i % 2 else v for i, v in enumerate(integers(n))]


def lists_deck(inputs: list[list[Any]]) -> Deck:
    return Deck([(a,) for a in inputs])


def arrays_deck(dtype: str, arrangement: str, n: int) -> Deck:
    return Deck(*shared_arrays(dtype, arrangement, n))


@functools.lru_cache(maxsize=128)
def shared_arrays(dtype: str, arrangement: str, n: int) -> tuple[list[Input], dict[str, list[Input]]]:
    """Inputs that cases share, and what libraries hold of them: thousands of objects, which slow the collector down."""
    return [(a,) for a in arrays(dtype, arrangement, n)], {}


def inputs_dealt(dtype: str, arrangement: str, n: int) -> list[Any]:
    return [a for (a,) in shared_arrays(dtype, arrangement, n)[0]]


# ---- contenders ----


def race(
    function: str, deck: Deck, *, rivals: list[Contender], reference: Callable[..., Any] | None = None, **options: Any
) -> list[Contender]:
    """A function of the family, by its name, against its rivals; the reference is its twin unless another is named."""
    twin = reference or partial(getattr(pure, function), **options)
    fastcore = partial(getattr(fc, function), **options)
    return [
        Contender("reference", "reference", lambda: deck.call_again(twin)),
        *rivals,
        Contender("fastcore", "fastcore", lambda: deck.call(fastcore)),
    ]


def numpy(deck: Deck, function: str, *, tolerance: float | None = None, **options: Any) -> Contender:
    """A function of NumPy's, with its options; of these the method is named."""
    name = ", ".join([f"np.{function}", *filter(None, [options.get("kind")])])
    return cases.numpy(name, lambda np: deck.call(partial(getattr(np, function), **options)), tolerance=tolerance)


def series(
    library: str, deck: Deck, method: str, *arguments: Any, tolerance: float | None = None, **options: Any
) -> Contender:
    """A method of a library's Series that holds the elements."""
    call = operator.methodcaller(method, *arguments, **options)
    return peer(library, deck, lambda module: call, held_by, tolerance=tolerance)


def held_by(module: Any) -> Callable[..., Input]:
    return lambda a: (module.Series(a),)


polars = partial(series, "polars")
pandas = partial(series, "pandas")


def pyarrow(deck: Deck, function: Callable[..., Any], *, tolerance: float | None = None) -> Contender:
    """What is called with pyarrow.compute and an Array that holds the elements."""
    return peer(
        "pyarrow pyarrow.compute",
        deck,
        lambda pa, pc: partial(function, pc),
        lambda pa, pc: lambda a: (pa.array(a),),
        tolerance=tolerance,
    )


def arrow_sort(pc: Any, held: Any) -> Any:
    return held.take(pc.array_sort_indices(held))


def arrow_argsort(pc: Any, held: Any) -> Any:
    return pc.array_sort_indices(held)


def numba_sort(deck: Deck) -> Contender:
    def sort_loop(numba: Any) -> Any:
        made: Any = compiled(sort_copy, *deck.inputs[0]).prepare(numba)
        return made.func

    return peer("numba", deck, sort_loop)


def sort_copy(a: Any) -> Any:
    a = a.copy()
    a.sort()
    return a


def sort_as_list(a: Any) -> list[Any]:
    return sorted(a.tolist())


def order_by_key(a: Any) -> list[int]:
    return sorted(range(len(a)), key=a.__getitem__)


# ---- sort of lists ----


def sort_list(inputs: list[list[Any]]) -> list[Contender]:
    """Against `sorted`, and those that give other objects: lists, or what they hold of it."""
    deck = lists_deck(inputs)
    rivals = [
        builtin("sorted", deck, sorted),
        cases.numpy("np.sort(list).tolist()", lambda np: deck.call(lambda a: np.sort(a).tolist()), tolerance=OTHER),
    ]
    if len(set(map(type, inputs[0]))) == 1:
        rivals += [polars(deck, "sort", tolerance=OTHER), pyarrow(deck, arrow_sort, tolerance=OTHER)]
    if isinstance(inputs[0][0], str):
        rivals += stringzilla(deck)
    return race("sort", deck, rivals=rivals)


def stringzilla(deck: Deck) -> list[Contender]:
    """Its own strings, sorted; and the list of the very same objects."""

    def of_list(sz: Any) -> Callable[[list[str]], list[str]]:
        return lambda a: list(map(a.__getitem__, sz.Strs(a).argsort()))

    return [
        peer("stringzilla", deck, lambda sz: sz.Strs.sorted, lambda sz: lambda a: (sz.Strs(a),), tolerance=OTHER),
        peer("stringzilla", deck, of_list, name="stringzilla of and to list"),
    ]


def bubble_sort(a: list[Any]) -> list[Any]:
    a = a[:]
    for end in range(len(a) - 1, 0, -1):
        for i in range(end):
            if a[i] > a[i + 1]:
                a[i], a[i + 1] = a[i + 1], a[i]
    return a


def sort_few(n: int) -> list[Contender]:
    deck = lists_deck(inputs_of(integers, min(n, BUBBLES)))
    to_list = cases.numpy(
        "np.sort(list).tolist()", lambda np: deck.call(lambda a: np.sort(a).tolist()), tolerance=OTHER
    )
    return race("sort", deck, reference=bubble_sort, rivals=[builtin("sorted", deck, sorted), to_list])


def argsort_list(n: int) -> list[Contender]:
    deck = lists_deck(inputs_of(floats, n))

    def of_list(np: Any) -> Call:
        return deck.call(lambda a: np.argsort(a, kind="stable").tolist())

    return race(
        "argsort",
        deck,
        rivals=[
            builtin("sorted(range(n), key=…)", deck, order_by_key),
            cases.numpy("np.argsort(list, stable).tolist()", of_list),
        ],
    )


def list_case(name: str, title: str, inputs: Callable[[int], list[list[Any]]]) -> Case:
    return OrderCase(f"sorting/list-{name}", title, lambda n: sort_list(inputs(n)), same=identical)


# ---- sort and argsort of arrays ----


def sort_array(dtype: str, arrangement: str, n: int) -> list[Contender]:
    deck = arrays_deck(dtype, arrangement, n)
    return race(
        "sort",
        deck,
        rivals=[
            *([] if arrangement == "nan" else [builtin("sorted(a.tolist())", deck, sort_as_list)]),
            numpy(deck, "sort"),
            numpy(deck, "sort", kind="stable"),
            polars(deck, "sort"),
            pyarrow(deck, arrow_sort),
            pandas(deck, "sort_values", ignore_index=True),
            numba_sort(deck),
        ],
    )


def argsort_array(dtype: str, arrangement: str, n: int) -> list[Contender]:
    deck = arrays_deck(dtype, arrangement, n)
    by_key = builtin("sorted(range(n), key=…)", deck, lambda a: order_by_key(a.tolist()))
    return race(
        "argsort",
        deck,
        rivals=[
            *([] if arrangement == "nan" else [by_key]),
            numpy(deck, "argsort", tolerance=OTHER),
            numpy(deck, "argsort", kind="stable"),
            polars(deck, "arg_sort"),
            pyarrow(deck, arrow_argsort),
            pandas(deck, "argsort", kind="stable"),
        ],
    )


def threads_sort(n: int) -> list[Contender]:
    deck = arrays_deck("int", "", n)
    return race("sort", deck, threads=2, rivals=[numpy(deck, "sort"), polars(deck, "sort")])


def threads_argsort(n: int) -> list[Contender]:
    deck = arrays_deck("int", "", n)
    rivals = [
        numpy(deck, "argsort", tolerance=OTHER),
        numpy(deck, "argsort", kind="stable"),
        polars(deck, "arg_sort"),
    ]
    return race("argsort", deck, threads=2, rivals=rivals)


def sort_case(dtype: str, arrangement: str = "") -> Case:
    name = "-".join(filter(None, ["sorting/array", dtype, arrangement]))
    title = f"{DTYPES[dtype][1]}, {ARRANGEMENTS[arrangement][0]}"
    return OrderCase(name, title, partial(sort_array, dtype, arrangement))


def argsort_case(dtype: str, arrangement: str = "") -> Case:
    name = "-".join(filter(None, ["sorting/argsort", dtype, arrangement]))
    title = f"order of {DTYPES[dtype][1]}, {ARRANGEMENTS[arrangement][0]}"
    make = partial(argsort_array, dtype, arrangement)
    return ArgsortCase(name, title, make, inputs=partial(inputs_dealt, dtype, arrangement))


# ---- selection ----


def topk_array(dtype: str, n: int) -> list[Contender]:
    k = min(TOP, n)
    deck = arrays_deck(dtype, "", n)

    def by_partition(np: Any, library: Any) -> Callable[[Any], Any]:
        return lambda a: np.sort(library.partition(a, n - k)[n - k :])[::-1]

    def select(pc: Any, held: Any) -> Any:
        return held.take(pc.select_k_unstable(held, k, [("", "descending")]))

    return race(
        "topk",
        deck,
        k=k,
        rivals=[
            builtin("heapq.nlargest", deck, lambda a: heapq.nlargest(k, a.tolist())),
            builtin("sorted(a.tolist())[…]", deck, lambda a: sorted(a.tolist(), reverse=True)[:k]),
            cases.numpy("np.partition, sorted", lambda np: deck.call(by_partition(np, np))),
            peer("numpy bottleneck", deck, by_partition),
            polars(deck, "top_k", k, tolerance=OTHER),
            pyarrow(deck, select),
            pandas(deck, "nlargest", k),
        ],
    )


def median_array(dtype: str, n: int) -> list[Contender]:
    deck = arrays_deck(dtype, "", n)
    return race(
        "median",
        deck,
        rivals=[
            builtin("statistics.median(a.tolist())", deck, lambda a: statistics.median(a.tolist())),
            numpy(deck, "median"),
            peer("bottleneck", deck, lambda bn: bn.median),
            polars(deck, "median"),
            pyarrow(deck, lambda pc, held: pc.quantile(held, 0.5)[0], tolerance=ROUNDING),
            pandas(deck, "median"),
        ],
    )


def partition_array(dtype: str, n: int) -> list[Contender]:
    """The rivals leave the order within the parts open; only the comprehensions keep it."""
    k = n // 2
    deck = arrays_deck(dtype, "", n)

    def comprehensions(a: Any) -> list[Any]:
        a = a.tolist()
        pivot = sorted(a)[k]
        return [x for x in a if x < pivot] + [x for x in a if x == pivot] + [x for x in a if x > pivot]

    def by_indices(pc: Any, held: Any) -> Any:
        return held.take(pc.partition_nth_indices(held, pivot=k))

    return race(
        "partition",
        deck,
        k=k,
        rivals=[
            builtin("sorted(a.tolist())", deck, sort_as_list, tolerance=OTHER),
            builtin("comprehensions of a.tolist()", deck, comprehensions),
            numpy(deck, "partition", kth=k, tolerance=OTHER),
            peer("bottleneck", deck, lambda bn: lambda a: bn.partition(a, k), tolerance=OTHER),
            pyarrow(deck, by_indices, tolerance=OTHER),
        ],
    )


# ---- unique elements ----


def unique_array(dtype: str, arrangement: str, n: int) -> list[Contender]:
    deck = arrays_deck(dtype, arrangement, n)
    return race(
        "unique",
        deck,
        rivals=[
            builtin("sorted(set(a.tolist()))", deck, lambda a: sorted(set(a.tolist()))),
            numpy(deck, "unique"),
            polars(deck, "unique", tolerance=OTHER),
            peer("polars", deck, lambda pl: lambda held: held.unique().sort(), held_by, name="polars, sorted"),
            pyarrow(deck, lambda pc, held: pc.unique(held), tolerance=OTHER),
            pandas(deck, "unique", tolerance=OTHER),
        ],
    )


def unique_case(dtype: str, arrangement: str = "") -> Case:
    name = "-".join(filter(None, ["sorting/unique", dtype, arrangement]))
    title = f"unique of {DTYPES[dtype][1]}, {ARRANGEMENTS[arrangement][0]}"
    return OrderCase(name, title, partial(unique_array, dtype, arrangement), alike=in_any_order)


def unique_counts(n: int) -> list[Contender]:
    deck = arrays_deck("int", "few", n)

    def by_counter(a: Any) -> tuple[list[Any], ...]:
        return tuple(map(list, zip(*sorted(collections.Counter(a.tolist()).items()))))

    def by_pandas(held: Any) -> tuple[Any, Any]:
        counts = held.value_counts(sort=False)
        return counts.index, counts

    def by_arrow(pc: Any, held: Any) -> tuple[Any, Any]:
        counts = pc.value_counts(held)
        return counts.field(0), counts.field(1)

    return race(
        "unique",
        deck,
        counts=True,
        rivals=[
            builtin("sorted(Counter(a.tolist()).items())", deck, by_counter),
            numpy(deck, "unique", return_counts=True),
            peer("polars", deck, lambda pl: lambda held: tuple(held.value_counts()), held_by, tolerance=OTHER),
            pyarrow(deck, by_arrow, tolerance=OTHER),
            peer("pandas", deck, lambda pd: by_pandas, held_by, tolerance=OTHER),
        ],
    )


# ---- searches ----


def sample(a: list[Any], others: list[Any]) -> list[Any]:
    """A tenth as many as there are, half of them found in `a`, and without order."""
    rng, half = random.Random(3), -(-len(a) // 20)
    chosen = rng.sample(a, half) + others[:half]
    rng.shuffle(chosen)
    return chosen


def isin_array(n: int) -> list[Contender]:
    found, others = lists("int", "", n), inputs_of(partial(integers, bits=63, seed=2), n)
    samples = [as_array("q", sample(a, b)) for a, b in zip(found, others)]
    deck = Deck(list(zip(arrays("int", "", n), samples)))

    def by_arrow(pa: Any, pc: Any) -> Callable[[Any, Any], Any]:
        return lambda a, elements: pc.is_in(a, value_set=elements)

    return race(
        "isin",
        deck,
        rivals=[
            builtin("x in set(…)", deck, lambda a, elements: in_set(a.tolist(), elements.tolist())),
            numpy(deck, "isin"),
            peer(
                "polars",
                deck,
                lambda pl: pl.Series.is_in,
                lambda pl: lambda a, elements: (pl.Series(a), pl.Series(elements).implode()),
            ),
            peer(
                "pyarrow pyarrow.compute",
                deck,
                by_arrow,
                lambda pa, pc: lambda a, elements: (pa.array(a), pa.array(elements)),
            ),
            peer("pandas", deck, lambda pd: pd.Series.isin, lambda pd: lambda a, elements: (pd.Series(a), elements)),
        ],
    )


def isin_texts(n: int) -> list[Contender]:
    deck = Deck([(a, sample(a, [word.upper() for word in a])) for a in inputs_of(words, n)])
    return race("isin", deck, rivals=[builtin("x in set(…)", deck, in_set), numpy(deck, "isin")])


def in_set(a: list[Any], elements: list[Any]) -> list[bool]:
    wanted = set(elements)
    return [x in wanted for x in a]


def searchsorted_array(dtype: str, n: int) -> list[Contender]:
    """The queries are what is searched, as it was before it was sorted."""
    deck = Deck(list(zip(arrays(dtype, "sorted", n), arrays(dtype, "", n))))

    def by_bisect(a: Any, v: Any) -> list[int]:
        return list(map(partial(bisect.bisect_left, a.tolist()), v.tolist()))

    return race(
        "searchsorted",
        deck,
        rivals=[
            builtin("bisect_left of a.tolist()", deck, by_bisect),
            numpy(deck, "searchsorted"),
            peer(
                "polars",
                deck,
                lambda pl: partial(pl.Series.search_sorted, side="left"),
                lambda pl: lambda a, v: (pl.Series(a), pl.Series(v)),
            ),
            peer("pandas", deck, lambda pd: pd.Series.searchsorted, lambda pd: lambda a, v: (pd.Series(a), v)),
        ],
    )


CASES = [
    list_case("float", "a list of floats", partial(inputs_of, floats)),
    list_case("int", "a list of ints of 60 bits", partial(inputs_of, partial(integers, bits=60))),
    list_case("small", "a list of ints of 20 bits", partial(inputs_of, integers)),
    list_case("few", "a list of 16 different ints", partial(inputs_of, partial(integers, bits=4))),
    list_case("mixed", "a list of ints and floats", partial(inputs_of, mixed)),
    list_case("str", "a list of digits as strings", partial(inputs_of, digits)),
    list_case("letters", "a list of strings of 12 letters", partial(inputs_of, words)),
    list_case("prefix", "a list of strings, 12 letters in common", partial(inputs_of, prefixed)),
    *(
        list_case(name, f"a list of floats, {ARRANGEMENTS[name][0]}", partial(lists, "float", name))
        for name in OF_LISTS
    ),
    OrderCase("sorting/list-bubble", f"a list of at most {BUBBLES} ints, and bubble sort", sort_few, same=identical),
    Case("sorting/argsort-list", "the order of a list of floats", argsort_list),
    *(sort_case(dtype) for dtype in ("float", "float32", "int", "int32", "int16", "uint8")),
    *(sort_case(dtype, name) for dtype in ("int", "float") for name in OF_ARRAYS),
    sort_case("float", "nan"),
    *(argsort_case(dtype) for dtype in ("float", "int", "int32")),
    *(argsort_case(dtype, name) for dtype in ("int", "float") for name in OF_ARRAYS),
    argsort_case("float", "nan"),
    OrderCase("sorting/threads-sort", "int64, random, by two threads", threads_sort, processors=2),
    ArgsortCase(
        "sorting/threads-argsort",
        "order of int64, random, by two threads",
        threads_argsort,
        inputs=partial(inputs_dealt, "int", ""),
        processors=2,
    ),
    OrderCase("sorting/topk-float", f"the greatest {TOP} of float64", partial(topk_array, "float"), alike=in_any_order),
    OrderCase("sorting/topk-int", f"the greatest {TOP} of int64", partial(topk_array, "int"), alike=in_any_order),
    Case("sorting/median-float", "median of float64", partial(median_array, "float")),
    Case("sorting/median-int", "median of int64", partial(median_array, "int40")),
    OrderCase(
        "sorting/partition-float",
        "float64 around the median",
        partial(partition_array, "float"),
        alike=around_the_middle,
    ),
    OrderCase(
        "sorting/partition-int", "int64 around the median", partial(partition_array, "int"), alike=around_the_middle
    ),
    unique_case("float"),
    unique_case("int"),
    unique_case("int", "few"),
    OrderCase("sorting/unique-counts", "distinct int64 of 16, and their counts", unique_counts, alike=counted),
    Case("sorting/isin-int", "which of an int64 array are in n/10 others", isin_array),
    Case("sorting/isin-str", "which strings of a list are in n/10 others", isin_texts),
    Case("sorting/searchsorted-float", "n random queries in n sorted float64", partial(searchsorted_array, "float")),
    Case("sorting/searchsorted-int", "n random queries in n sorted int64", partial(searchsorted_array, "int")),
]
