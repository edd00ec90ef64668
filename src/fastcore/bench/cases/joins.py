"""Joins: numbers and strings to text, in memory and in a file, and text to numbers.

No fast peer writes all floats as `repr` does, so the text of some is compared as the numbers that it reads back as. Of
JSON's text the brackets, which a user would cut off, are not part of the comparison; cutting them is not timed.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import math
import operator
import os
import random
import shutil
import string
import tempfile
import weakref
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Callable

import fastcore as fc
from fastcore import pure
from fastcore.bench import cases
from fastcore.bench.cases import ROUNDING, Call, Case, Contender, as_array, floats, integers
from fastcore.bench.cases.decks import Deck, Input, builtin, inputs_of, peer

OTHER = 0.0  # the tolerance of other text for the same values: the mark ~
COLUMNS = 4
ROOM = 1 << 30  # bytes that a file system in memory must have left
IN_MEMORY = "/dev/shm"


# ---- what must be the same ----


def numbers(text: str) -> list[str]:
    """The numbers in a text, whatever stands between them; JSON has null for NaN."""
    return text.replace("],[", ",").strip("[]\n,").replace("\n", ",").replace("null", "nan").split(",")


def same_number(a: str, b: str) -> bool:
    """Whether two texts read back as one number; NaN equals NaN."""
    try:
        if is_whole(a) and is_whole(b):
            return int(a) == int(b)
        x, y = float(a), float(b)
    except ValueError:
        return False
    return x == y or (x != x and y != y)


def is_whole(text: str) -> bool:
    return text.lstrip("-").isdecimal()


def items(text: str) -> list[str]:
    """The elements, of JSON too."""
    return list(map(str, json.loads(text))) if text.startswith("[") else text.split(",")


@dataclass(frozen=True)
class TextCase(Case):
    """A case whose results are the same text, or, for a contender that is marked ~, text of the same values."""

    split: Callable[[str], list[str]] = numbers
    same: Callable[[str, str], bool] = same_number

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        expected, result = text_of(expected), text_of(result)
        if expected == result or without_brackets(expected) == without_brackets(result):
            return True
        if tolerance is None:
            return False
        expected, result = _split(self.split, expected), self.split(result)
        # Most are the same text, and few must be read.
        different = itertools.compress(zip(expected, result), map(operator.ne, expected, result))
        return len(expected) == len(result) and all(itertools.starmap(self.same, different))


@functools.lru_cache(maxsize=1)
def _split(split: Callable[[str], list[str]], text: str) -> list[str]:
    """The text that several others are compared with."""
    return split(text)


def without_brackets(text: str) -> str:
    return text.removeprefix("[").removesuffix("]")


def text_of(result: Any) -> str:
    return result.text() if isinstance(result, Target) else str(result)


# ---- data ----


def small(n: int) -> list[int]:
    return [v % 1000 for v in integers(n)]


def full(n: int, bits: int = 64) -> list[int]:
    return [v - (1 << (bits - 1)) for v in integers(n, bits)]


def drawn(draw: Callable[[random.Random], Any], n: int) -> list[Any]:
    rng = random.Random(1)
    return [draw(rng) for _ in range(n)]


def sparse(special: float, share: float, rng: random.Random) -> float:
    return special if rng.random() < share else rng.random()


uniform = partial(drawn, lambda rng: rng.random())
cents = partial(drawn, lambda rng: rng.randrange(100_000) / 100)
FLOATS: dict[str, tuple[str, Callable[[int], list[float]]]] = {
    "float": ("uniform in [0, 1)", uniform),
    "normal": ("normally distributed", floats),
    "cents": ("two decimals, below 1000", cents),
    "halves": ("0 to 99.5 in halves", partial(drawn, lambda rng: rng.randrange(200) / 2)),
    "whole": ("whole, 0 to 99", partial(drawn, lambda rng: float(rng.randrange(100)))),
    "zeros10": ("uniform, 10 % zeros", partial(drawn, partial(sparse, 0.0, 0.1))),
    "log": ("over 24 decades", partial(drawn, lambda rng: 10.0 ** rng.uniform(-6, 18))),
    "scientific": ("over 600 decades", partial(drawn, lambda rng: 10.0 ** rng.uniform(-300, 300))),
    "all-zero": ("zeros", partial(drawn, lambda rng: 0.0)),
    "nan1": ("uniform, 1 % NaN", partial(drawn, partial(sparse, math.nan, 0.01))),
}
ASCII = string.ascii_letters + string.digits
WIDE = "aeiouäöüßñλμπжщю中文字"


def words(letters: str, n: int) -> list[str]:
    """One to twelve letters each."""
    rng = random.Random(1)
    ends = list(itertools.accumulate(rng.choices(range(1, 13), k=n), initial=0))
    text = "".join(rng.choices(letters, k=ends[-1]))
    return [text[i:j] for i, j in zip(ends, ends[1:])]


def mixed(n: int) -> list[Any]:
    return [(v, v / 8, str(v), None)[v % 4] for v in integers(n)]


def lists_deck(draw: Callable[[int], Any], n: int) -> Deck:
    return Deck([(a,) for a in inputs_of(draw, n)])


def arrays_deck(code: str, draw: Callable[[int], list[Any]], n: int) -> Deck:
    return Deck([(as_array(code, a),) for a in inputs_of(draw, n)])


# ---- contenders ----


def race(
    reference: Callable[..., Any], fastcore: Callable[..., Any], deck: Deck, *rivals: Contender, needs: str = ""
) -> list[Contender]:
    """`needs` names what the work means nothing without."""
    modules = tuple(needs.split())
    return [
        Contender("reference", "reference", lambda *_: deck.call_again(reference), modules),
        *rivals,
        Contender("fastcore", "fastcore", lambda *_: deck.call(fastcore), modules),
    ]


def join_race(deck: Deck, *rivals: Contender) -> list[Contender]:
    return race(lambda a: pure.join(a, ","), lambda a: fc.join(a, ","), deck, *rivals)


def json_rivals(deck: Deck, tolerance: float | None = None, *, of_arrays: bool = False) -> list[Contender]:
    """JSON's text of a list, or of an array made a list."""

    def by_orjson(orjson: Any) -> Callable[[Any], str]:
        dumps = orjson.dumps
        return (lambda a: dumps(a.tolist()).decode()) if of_arrays else (lambda a: dumps(a).decode())

    def by_msgspec(msgspec: Any) -> Callable[[Any], str]:
        dumps = msgspec.Encoder().encode
        return (lambda a: dumps(a.tolist()).decode()) if of_arrays else (lambda a: dumps(a).decode())

    of = " of a.tolist()" if of_arrays else ""
    return [
        peer("orjson", deck, by_orjson, name=f"orjson{of}", tolerance=tolerance),
        peer("msgspec.json", deck, by_msgspec, name=f"msgspec{of}", tolerance=tolerance),
    ]


def numpy_dumps(orjson: Any) -> Callable[[Any], bytes]:
    """JSON's text of an array as it is."""
    return partial(orjson.dumps, option=orjson.OPT_SERIALIZE_NUMPY)


def orjson_array(deck: Deck, tolerance: float | None = None) -> Contender:
    def by_orjson(orjson: Any) -> Callable[[Any], str]:
        dumps, option = orjson.dumps, orjson.OPT_SERIALIZE_NUMPY
        return lambda a: dumps(a, option=option).decode()

    return peer("orjson", deck, by_orjson, name="orjson, NumPy", tolerance=tolerance)


# ---- join of lists and other iterables ----


def by_map(deck: Deck) -> Contender:
    return builtin("','.join(map(str, …))", deck, lambda a: ",".join(map(str, a)))


def by_format(deck: Deck) -> Contender:
    return builtin("'%s,…' % tuple(…)", deck, lambda a: ("%s," * len(a) % tuple(a))[:-1])


def by_addition(a: list[Any]) -> str:
    text = ""
    for v in a:
        text += str(v) + ","
    return text[:-1]


def by_append(a: list[Any]) -> str:
    texts = []
    for v in a:
        texts.append(str(v))
    return ",".join(texts)


def slow_forms(deck: Deck) -> list[Contender]:
    """What one meets in programs, and what it is advised to be replaced by."""
    return [
        builtin("+= in a loop", deck, by_addition),
        builtin("append, then join", deck, by_append),
        builtin("','.join(str(v) for …)", deck, lambda a: ",".join(str(v) for v in a)),
        builtin("','.join([str(v) for …])", deck, lambda a: ",".join([str(v) for v in a])),
    ]


def list_int(n: int) -> list[Contender]:
    deck = lists_deck(partial(integers, bits=62), n)
    return join_race(deck, by_map(deck), by_format(deck), *slow_forms(deck), *json_rivals(deck))


def list_int_small(n: int) -> list[Contender]:
    deck = lists_deck(small, n)
    return join_race(deck, by_map(deck), by_format(deck), *json_rivals(deck))


def list_float(n: int) -> list[Contender]:
    deck = lists_deck(uniform, n)
    return join_race(deck, by_map(deck), by_format(deck), *json_rivals(deck, OTHER))


def list_str(letters: str, n: int) -> list[Contender]:
    deck = lists_deck(partial(words, letters), n)
    return join_race(deck, builtin("','.join", deck, lambda a: ",".join(a)), *json_rivals(deck, OTHER))


def strings_case(name: str, title: str, make: Callable[[int], list[Contender]]) -> Case:
    return TextCase(f"joins/list-{name}", title, make, split=items, same=operator.eq)


def list_mixed(n: int) -> list[Contender]:
    deck = lists_deck(mixed, n)
    return join_race(deck, by_map(deck), *json_rivals(deck, OTHER))


def range_int(n: int) -> list[Contender]:
    deck = lists_deck(range, n)

    def by_orjson(np: Any, orjson: Any) -> Callable[[range], str]:
        dumps = numpy_dumps(orjson)
        return lambda a: dumps(np.arange(a.start, a.stop)).decode()

    def by_json(orjson: Any) -> Callable[[range], str]:
        dumps = orjson.dumps
        return lambda a: dumps(list(a)).decode()

    return join_race(
        deck,
        by_map(deck),
        peer("numpy orjson", deck, by_orjson, name="orjson of np.arange"),
        peer("orjson", deck, by_json, name="orjson of list(range)"),
    )


def generator_int(n: int) -> list[Contender]:
    deck = lists_deck(integers, n)
    return race(
        lambda a: pure.join((v for v in a), ","),
        lambda a: fc.join((v for v in a), ","),
        deck,
        builtin("','.join(str(v) for …)", deck, lambda a: ",".join(str(v) for v in a)),
        builtin("','.join(map(str, …))", deck, lambda a: ",".join(map(str, (v for v in a)))),
        peer(
            "orjson", deck, lambda orjson: lambda a: orjson.dumps([*(v for v in a)]).decode(), name="orjson of a list"
        ),
    )


# ---- join of arrays ----


def polars_series(pl: Any) -> Callable[[Any], Input]:
    return lambda a: (pl.Series(a),)


def polars_frame(pl: Any) -> Callable[[Any], Input]:
    return lambda a: (pl.DataFrame({"x": a} if a.ndim == 1 else a),)


def pandas_series(pd: Any) -> Callable[[Any], Input]:
    return lambda a: (pd.Series(a),)


def arrow_array(pa: Any, _: Any) -> Callable[[Any], Input]:
    return lambda a: (pa.array(a),)


def arrow_table(pa: Any, _: Any) -> Callable[[Any], Input]:
    return lambda a: (pa.table([a] if a.ndim == 1 else list(a.T.copy()), [str(i) for i in range(a[:1].size)]),)


def polars_csv(pl: Any) -> Callable[..., Any]:
    return partial(pl.DataFrame.write_csv, include_header=False)


def pandas_csv(held: Any) -> Any:
    return held.to_csv(index=False, header=False, na_rep="nan")


def arrow_csv(pa: Any, pc: Any) -> Callable[[Any], str]:
    options = pc.WriteOptions(include_header=False)

    def call(table: Any) -> str:
        sink = pa.BufferOutputStream()
        pc.write_csv(table, sink, options)
        return str(sink.getvalue().to_pybytes(), "utf-8")

    return call


def arrow_join(pa: Any, pc: Any) -> Callable[[Any], Any]:
    def call(held: Any) -> Any:
        texts = held.cast(pa.string())
        return pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), ",")[0].as_py()

    return call


def savetxt(np: Any, form: str = "%.18e", delimiter: str = " ", newline: str = "\n") -> Callable[[Any], str]:
    def call(a: Any) -> str:
        file = io.BytesIO()
        np.savetxt(file, a, form, delimiter, newline)
        return file.getvalue().decode()

    return call


def text_rivals(deck: Deck, tolerance: float | None) -> list[Contender]:
    """Libraries that make one text of numbers, or lines of CSV."""

    def by_polars(pl: Any) -> Callable[[Any], Any]:
        return lambda held: held.cast(pl.String).str.join(",").item()

    return [
        peer("polars", deck, by_polars, polars_series, name="polars, str.join", form="series", tolerance=tolerance),
        peer(
            "pyarrow pyarrow.compute", deck, arrow_join, arrow_array, name="pyarrow, binary_join", tolerance=tolerance
        ),
        *csv_rivals(deck),
    ]


def csv_rivals(deck: Deck) -> list[Contender]:
    return [
        peer("polars", deck, polars_csv, polars_frame, name="polars, write_csv", form="frame", tolerance=OTHER),
        peer(
            "pyarrow pyarrow.csv",
            deck,
            arrow_csv,
            arrow_table,
            name="pyarrow, write_csv",
            form="table",
            tolerance=OTHER,
        ),
    ]


def slow_writers(deck: Deck, form: str) -> list[Contender]:
    """They take as long as Python itself, so they are in few cases."""
    return [
        cases.numpy("np.savetxt", lambda np: deck.call(savetxt(np, form, newline=",")), tolerance=OTHER),
        peer("pandas", deck, lambda pd: pandas_csv, pandas_series, name="pandas, to_csv", tolerance=OTHER),
    ]


def of_list(deck: Deck) -> Contender:
    return builtin("','.join(map(str, a.tolist()))", deck, lambda a: ",".join(map(str, a.tolist())))


def array_int(code: str, draw: Callable[[int], list[int]], n: int) -> list[Contender]:
    deck = arrays_deck(code, draw, n)
    rivals = [orjson_array(deck), *json_rivals(deck, of_arrays=True), *text_rivals(deck, None)]
    return join_race(deck, of_list(deck), *rivals, *(slow_writers(deck, "%d") if code == "q" else []))


def array_float(name: str, n: int) -> list[Contender]:
    deck = arrays_deck("d", FLOATS[name][1], n)
    rivals = [orjson_array(deck, OTHER), *json_rivals(deck, OTHER, of_arrays=True), *text_rivals(deck, OTHER)]
    return join_race(deck, of_list(deck), *rivals, *(slow_writers(deck, "%.18e") if name == "float" else []))


def array_float32(n: int) -> list[Contender]:
    # Not of a.tolist(), whose floats have more digits.
    deck = arrays_deck("f", uniform, n)
    return join_race(deck, by_map(deck), orjson_array(deck, OTHER), *text_rivals(deck, OTHER))


def float_case(name: str) -> Case:
    return TextCase(f"joins/array-{name}", f"a float64 array, {FLOATS[name][0]}", partial(array_float, name))


# ---- rows ----


def rows_of(values: list[float]) -> Any:
    """A 2-d array, or a list of lists where NumPy is not installed."""
    np = cases.numpy_or_none()
    if np is None:
        return [values[i : i + COLUMNS] for i in range(0, len(values), COLUMNS)]
    return np.array(values).reshape(-1, COLUMNS)


def listed(rows: Any) -> list[list[float]]:
    return rows.tolist() if hasattr(rows, "tolist") else rows  # type: ignore[no-any-return]


def by_joins(rows: Any) -> str:
    return "\n".join([",".join(map(str, row)) for row in listed(rows)])


def by_writer(rows: Any) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(listed(rows))
    return file.getvalue()


def rows_float(n: int) -> list[Contender]:
    n = max(COLUMNS, n - n % COLUMNS)
    deck = Deck([(rows_of(a),) for a in inputs_of(uniform, n)])
    return race(
        pure.join_rows,
        fc.join_rows,
        deck,
        builtin("','.join of each row", deck, by_joins),
        builtin("csv.writer", deck, by_writer, tolerance=OTHER),
        cases.numpy("np.savetxt", lambda np: deck.call(savetxt(np, delimiter=",")), tolerance=OTHER),
        orjson_array(deck, OTHER),
        peer(
            "pandas",
            deck,
            lambda pd: pandas_csv,
            lambda pd: lambda a: (pd.DataFrame(a),),
            name="pandas, to_csv",
            tolerance=OTHER,
        ),
        *csv_rivals(deck),
    )


# ---- to a file ----


class Target:
    """A file of its own for a contender, in memory where the system has room for that; it goes with this object.

    All calls write the same values, so that it has the result at any time.
    """

    def __init__(self) -> None:
        is_roomy = os.path.isdir(IN_MEMORY) and shutil.disk_usage(IN_MEMORY).free > ROOM
        descriptor, self._path = tempfile.mkstemp(dir=IN_MEMORY if is_roomy else None)
        self._file = os.fdopen(descriptor, "wb")
        weakref.finalize(self, remove, self._file, self._path)

    def rewound(self) -> IO[bytes]:
        """The file, empty."""
        self._file.seek(0)
        self._file.truncate()
        return self._file

    def text(self) -> str:
        with open(self._path, encoding="utf-8", newline="") as file:
            return file.read()


def remove(file: IO[bytes], path: str) -> None:
    file.close()
    os.remove(path)


def writer(
    name: str,
    role: str,
    needs: str,
    prepare: Callable[..., Callable[[IO[bytes]], Any]],
    tolerance: float | None = None,
) -> Contender:
    """From the modules that it needs, what writes the values into a file that is open."""

    def to_target(*modules: Any) -> Call:
        target, write = Target(), prepare(*modules)

        def call() -> Target:
            file = target.rewound()
            write(file)
            file.flush()
            return target

        return call

    return Contender(name, role, to_target, tuple(needs.split()), tolerance)


def to_file(code: str, draw: Callable[[int], list[Any]], tolerance: float | None, n: int) -> list[Contender]:
    a = as_array(code, draw(n))

    def by_orjson(orjson: Any) -> Callable[[IO[bytes]], Any]:
        dumps = numpy_dumps(orjson)
        return lambda file: file.write(dumps(a))

    def by_polars(pl: Any) -> Callable[[IO[bytes]], Any]:
        return partial(polars_csv(pl), *polars_frame(pl)(a))

    def by_arrow(pa: Any, pc: Any) -> Callable[[IO[bytes]], Any]:
        (table,) = arrow_table(pa, pc)(a)
        options = pc.WriteOptions(include_header=False)
        return lambda file: pc.write_csv(table, file, options)

    return [
        writer("reference", "reference", "", lambda: lambda file: pure.join_to(file, a, ",")),
        writer(
            "','.join(map(str, a.tolist()))",
            "builtin",
            "",
            lambda: lambda file: file.write(",".join(map(str, a.tolist())).encode()),
        ),
        writer("orjson, NumPy", "peer", "orjson", by_orjson, tolerance),
        writer("polars, write_csv", "peer", "polars", by_polars, OTHER),
        writer("pyarrow, write_csv", "peer", "pyarrow pyarrow.csv", by_arrow, OTHER),
        writer("fastcore", "fastcore", "", lambda: lambda file: fc.join_to(file, a, ",")),
    ]


# ---- parse ----


def texts_deck(draw: Callable[[int], list[Any]], n: int) -> Deck:
    return Deck([(",".join(map(str, a)),) for a in inputs_of(draw, n)])


def as_lines(*_: Any) -> Callable[[str], Input]:
    return lambda text: (text.replace(",", "\n").encode(),)


def as_json(*_: Any) -> Callable[[str], Input]:
    return lambda text: (f"[{text}]",)


def parse_array(dtype: str, draw: Callable[[int], list[Any]], n: int) -> list[Contender]:
    deck = texts_deck(draw, n)
    kind = getattr(cases.numpy_or_none(), dtype, None)
    to_number = int if dtype == "int64" else float

    def by_split(text: str) -> list[Any]:
        return list(map(to_number, text.split(",")))

    def by_pandas(pd: Any) -> Callable[[bytes], Any]:
        read = partial(pd.read_csv, header=None, dtype=dtype, engine="c", na_filter=False)
        return lambda lines: read(io.BytesIO(lines))[0].to_numpy()

    def by_polars(pl: Any) -> Callable[[bytes], Any]:
        schema = {"x": pl.Int64 if dtype == "int64" else pl.Float64}
        return lambda lines: pl.read_csv(lines, has_header=False, schema=schema)["x"].to_numpy()

    def by_arrow(pa: Any, pc: Any) -> Callable[[bytes], Any]:
        types = pc.ConvertOptions(column_types={"x": pa.int64() if dtype == "int64" else pa.float64()})
        names = pc.ReadOptions(column_names=["x"], use_threads=False)
        return lambda lines: pc.read_csv(pa.BufferReader(lines), names, convert_options=types)["x"].to_numpy()

    return race(
        lambda text: pure.parse(text, ",", kind),
        lambda text: fc.parse(text, ",", kind),
        deck,
        builtin(f"list(map({to_number.__name__}, s.split(',')))", deck, by_split),
        cases.numpy("np.fromstring", lambda np: deck.call(lambda text: np.fromstring(text, kind, sep=","))),
        cases.numpy("np.array(s.split(','))", lambda np: deck.call(lambda text: np.array(text.split(","), kind))),
        cases.numpy("np.loadtxt", lambda np: deck.call(lambda text: np.loadtxt([text], kind, delimiter=",", ndmin=1))),
        peer(
            "pandas",
            deck,
            by_pandas,
            as_lines,
            name="pandas, read_csv",
            tolerance=ROUNDING if dtype == "float64" else None,
        ),
        peer("polars", deck, by_polars, as_lines, name="polars, read_csv"),
        peer("pyarrow pyarrow.csv", deck, by_arrow, as_lines, name="pyarrow, read_csv"),
        needs="numpy",
    )


def parse_list(to_number: type[Any], draw: Callable[[int], list[Any]], n: int) -> list[Contender]:
    deck = texts_deck(draw, n)
    return race(
        lambda text: pure.parse(text, ",", to_number),
        lambda text: fc.parse(text, ",", to_number),
        deck,
        builtin(
            f"list(map({to_number.__name__}, s.split(',')))", deck, lambda text: list(map(to_number, text.split(",")))
        ),
        peer("orjson", deck, lambda orjson: orjson.loads, as_json),
        peer("msgspec.json", deck, lambda msgspec: msgspec.Decoder(list[to_number]).decode, as_json),  # type: ignore[valid-type]
    )


CASES = [
    TextCase("joins/list-int", "a list of ints of 62 bits", list_int),
    TextCase("joins/list-int-small", "a list of ints, 0 to 999", list_int_small),
    TextCase("joins/list-float", "a list of floats, uniform in [0, 1)", list_float),
    strings_case("str", "a list of ASCII strings", partial(list_str, ASCII)),
    strings_case("str-wide", "a list of strings, ASCII to CJK", partial(list_str, WIDE)),
    strings_case("mixed", "ints, floats, strings and None", list_mixed),
    TextCase("joins/range", "a range", range_int),
    TextCase("joins/generator-int", "a generator of ints", generator_int),
    TextCase("joins/array-int-small", "an int64 array, 0 to 999", partial(array_int, "q", small)),
    TextCase("joins/array-int-full", "an int64 array, full range", partial(array_int, "q", full)),
    TextCase("joins/array-int32", "an int32 array, full range", partial(array_int, "i", partial(full, bits=32))),
    *(float_case(name) for name in FLOATS),
    TextCase("joins/array-float32", "a float32 array, uniform in [0, 1)", array_float32),
    TextCase("joins/rows", f"float64 in rows of {COLUMNS}", rows_float),
    TextCase("joins/to-file-float", "a float64 array to a file", partial(to_file, "d", uniform, OTHER)),
    TextCase("joins/to-file-int", "an int64 array to a file", partial(to_file, "q", full, None)),
    Case("joins/parse-int", "text to int64, full range", partial(parse_array, "int64", full)),
    Case("joins/parse-int-small", "text to int64, 0 to 999", partial(parse_array, "int64", small)),
    Case("joins/parse-float", "text to float64, uniform", partial(parse_array, "float64", uniform)),
    Case("joins/parse-cents", "text to float64, two decimals", partial(parse_array, "float64", cents)),
    Case("joins/parse-list-int", "text to a list of ints", partial(parse_list, int, full)),
    Case("joins/parse-list-float", "text to a list of floats", partial(parse_list, float, uniform)),
]
