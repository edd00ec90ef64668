"""Twins of the joins family."""

from __future__ import annotations

import codecs
import contextlib
import errno
import functools
import io
import math
import struct
import sys

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    import re
    from types import TracebackType
    from typing import Any

ACCEPTED_FILES = "a path, a descriptor, or a file object"
ACCEPTED_TEXTS = "str, bytes, a buffer of bytes"
ACCEPTED_DTYPES = "int, float, NumPy integers and floats"
# What may surround a number.
WHITESPACE = " \t\n\r\f\v"
# Characters of a bad token that its error shows.
SHOWN = 40


def join(values: Any, sep: str | bytes = "") -> Any:
    """Return the text of the values, separated: ``sep.join(str(v) for v in values)``.

    Parameters
    ----------
    values : iterable
        A 1-d array, a list, a range, a generator or any other iterable, of anything that has a `str`.
    sep : str or bytes, optional
        What stands between two values.

    Returns
    -------
    str or bytes
        With a bytes ``sep``, the same text in UTF-8.

    Raises
    ------
    TypeError
        ``values`` cannot be iterated, or ``sep`` is neither str nor bytes.
    ValueError
        ``values`` has more than one dimension.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.join([1, 2.5, "x"], ", ")
    '1, 2.5, x'
    >>> fc.join(range(5), b" ")
    b'0 1 2 3 4'

    References
    ----------
    R. Giulietti, "The Schubfach way to render doubles", 2020.
    """
    check_separator("join", "'sep'", sep)
    values = check_values("join", values)
    if isinstance(sep, str):
        return sep.join(map(str, values))
    return sep.join(str(v).encode() for v in values)


def join_rows(rows: Any, sep: str | bytes = ",", newline: str | bytes = "\n") -> Any:
    r"""Return the text of the rows, one a line: ``newline.join(sep.join(map(str, row)) for row in rows)``.

    Parameters
    ----------
    rows : array or iterable of iterables
        A 2-d array, or an iterable of rows, each of them anything that `join` takes.
    sep : str or bytes, optional
        What stands between two values of a row.
    newline : str or bytes, optional
        What stands between two rows, of the type of ``sep``. After the last row there is none: add one where a file
        should end in it.

    Returns
    -------
    str or bytes
        With bytes separators, the same text in UTF-8.

    Raises
    ------
    TypeError
        ``rows`` or one of them cannot be iterated; ``sep`` and ``newline`` are not both str or both bytes.
    ValueError
        ``rows`` is an array that has not two dimensions, or a row one that has more than one.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.join_rows([[1, 2.5], range(3)])
    '1,2.5\n0,1,2'
    >>> fc.join_rows([["a", 1], ["b", 2]], b"\t", b";")
    b'a\t1;b\t2'
    """
    rows = check_rows(rows, sep, newline)
    lines = (join(check_row(row, number), sep) for number, row in enumerate(rows))
    return newline.join(lines)


def join_to(file: Any, values: Any, sep: str | bytes = "", *, chunk: int = 65536) -> int:
    """Return how many values were written: the text ``join(values, sep)``, to a file, in constant memory.

    Parameters
    ----------
    file : path, int or file object
        A path, whose file is created or replaced; an open descriptor, which stays open; or an object with a ``write``.
        Text is in UTF-8 for a path, a descriptor and a binary file. An object that does not say by its class or its
        ``mode`` what it takes is given what ``sep`` is.
    values : iterable
        What `join` takes. Generators are read as they are written.
    sep : str or bytes, optional
        What stands between two values.
    chunk : int, optional
        About how many characters, or bytes for a binary file, are gathered for one ``write``.

    Returns
    -------
    int
        The number of values.

    Raises
    ------
    TypeError
        ``file`` is nothing to write to, ``values`` cannot be iterated, ``sep`` is neither str nor bytes, or it is bytes
        and the file takes text.
    ValueError
        ``values`` has more than one dimension; ``chunk`` is less than 1.
    BlockingIOError
        An unbuffered file that does not block could take no more.

    Notes
    -----
    Any exception that ends it on the way, be it the file's or that of an iterable or of a value, is given an attribute
    ``values_written`` and a note that says the same: how many values had been handed to the file. What was gathered
    and not yet written is dropped.

    Examples
    --------
    >>> import io
    >>> import fastcore as fc
    >>> file = io.StringIO()
    >>> fc.join_to(file, (x * x for x in range(5)), ", ")
    5
    >>> file.getvalue()
    '0, 1, 4, 9, 16'
    """
    writer, values, chunk = check_join_to(file, values, sep, chunk)
    with writer:
        gathered: list[Any] = []
        size = 0
        first = 0  # of the values gathered
        count = 0
        for v in values:
            piece = str(v) if writer.is_text else str(v).encode()
            if count:
                gathered.append(writer.separator)
                size += len(writer.separator)
            gathered.append(piece)
            size += len(piece)
            count += 1
            if size >= chunk:
                writer.write(writer.empty.join(gathered), count - first)
                gathered.clear()
                size = 0
                first = count
        if count > first:
            writer.write(writer.empty.join(gathered), count - first)
    return count


def parse(text: Any, sep: str | bytes = ",", dtype: Any = float, *, threads: int | None = None) -> Any:
    r"""Return the numbers of a text: the inverse of `join`.

    Parameters
    ----------
    text : str, bytes or a buffer of bytes
        Numbers with separators between them; none, if it is empty. A number may have spaces, tabs and line ends around
        it.
    sep : str or bytes, optional
        What stands between two numbers.
    dtype : type or dtype, optional
        ``int`` or ``float`` for a list, of ints of any size or of floats; or a NumPy dtype of integers or floats of at
        most 64 bits for an array.
    threads : int, optional
        Threads for long texts; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    list or ndarray
        The numbers; floats are correctly rounded into their own type.

    Raises
    ------
    TypeError
        ``text``, ``sep`` or ``dtype`` is of a type that is not accepted.
    ValueError
        A token is empty or no number, or does not fit the dtype: the error names the first, by its index and by the
        offset at which it starts, in characters of a str and else in bytes. ``sep`` is empty; ``threads`` is less than
        1.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.parse("1, 2.5, -1e3")
    [1.0, 2.5, -1000.0]
    >>> fc.parse(b"10 20 30", " ", int)
    [10, 20, 30]
    >>> fc.parse("1,2,,4")
    Traceback (most recent call last):
    ...
    ValueError: parse: token 2 at offset 4 is empty

    References
    ----------
    D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 51 (2021).
    """
    characters = check_text(text)
    separator = check_parse_separator(sep, isinstance(text, str))
    kind, array_dtype = check_parse_dtype(dtype)
    arguments.threads("parse", threads)
    numbers = []
    offset = 0
    for index, token in enumerate(characters.split(separator) if characters else ()):
        number = number_of(token.strip(WHITESPACE), kind)
        if number is None:
            raise parse_error(token if isinstance(text, str) else token.encode("latin-1"), offset, index, kind)
        numbers.append(number)
        offset += len(token) + len(separator)
    return numbers if array_dtype is None else sys.modules["numpy"].array(numbers, array_dtype)


# ---- what is joined ----


def check_separator(function: str, argument: str, sep: Any) -> None:
    if not isinstance(sep, (str, bytes)):
        arguments.reject(function, argument, type(sep).__name__, "str, bytes")


def as_array(values: Any) -> Any:
    """An object that offers itself as an array as an ndarray. A masked array stays one: what is masked has a text."""
    numpy = arguments.numpy_if_loaded()
    return values if numpy is not None and isinstance(values, numpy.ndarray) else arguments.as_ndarray(values)


def check_values(function: str, values: Any, name: str = "'values'") -> Any:
    """Check that values can be gone through; arrays of other libraries as ndarrays."""
    values = as_array(values)
    dimensions = getattr(values, "ndim", 1)
    if dimensions == 0:
        arguments.reject(function, name, "a 0-d array", "any iterable")
    if dimensions > 1:
        advice = "" if function == "join_rows" else " (join_rows takes rows)"
        raise ValueError(f"{function}: {name} must have one dimension, not {dimensions}{advice}")
    if not arguments.is_iterable(values):
        arguments.reject(function, name, type(values).__name__, "any iterable")
    return values


def check_rows(rows: Any, sep: Any, newline: Any) -> Any:
    """Check the arguments of `join_rows`; returns the rows, as something to iterate over."""
    check_separator("join_rows", "'sep'", sep)
    check_separator("join_rows", "'newline'", newline)
    if isinstance(sep, str) is not isinstance(newline, str):
        raise TypeError("join_rows: 'sep' and 'newline' must both be str or both be bytes")
    rows = as_array(rows)
    dimensions = getattr(rows, "ndim", 2)
    if dimensions != 2:
        raise ValueError(f"join_rows: 'rows' must have two dimensions, not {dimensions}")
    if not arguments.is_iterable(rows):
        arguments.reject("join_rows", "'rows'", type(rows).__name__, "any iterable")
    # A memoryview has no rows to iterate over.
    return rows.tolist() if isinstance(rows, memoryview) else rows


def check_row(row: Any, number: int) -> Any:
    """Check that a row can be gone through; arrays of other libraries as ndarrays."""
    return check_values("join_rows", row, f"row {number} of 'rows'")


# ---- where it is written ----


def check_join_to(file: Any, values: Any, sep: Any, chunk: Any) -> tuple[Writer, Any, int]:
    """Check the arguments of `join_to`, before anything is opened: the writer, the values and the size of a chunk."""
    check_separator("join_to", "'sep'", sep)
    values = check_values("join_to", values)
    size = arguments.index("join_to", "'chunk'", chunk)
    if size < 1:
        raise ValueError(f"join_to: 'chunk' must be at least 1, not {size}")
    return Writer(file, sep), values, size


class Writer:
    """What `join_to` writes to: opens what is to be opened, counts values, and marks the exception that ends it.

    Attributes
    ----------
    is_text : bool
        Whether `write` is to be given str; else bytes.
    separator, empty : str or bytes
        What stands between two values, and the text of none, in that form.
    takes_views : bool
        Whether `write` may be given a memoryview, of memory that is used again afterwards. Known on entry.
    values_written : int
        Values whose text the file has taken.
    """

    def __init__(self, file: Any, sep: str | bytes) -> None:
        self.is_opened_here = isinstance(file, str) or hasattr(type(file), "__fspath__") or is_descriptor(file)
        if not self.is_opened_here and not callable(getattr(file, "write", None)):
            arguments.reject("join_to", "'file'", type(file).__name__, ACCEPTED_FILES)
        self.file = file
        self.is_text = not self.is_opened_here and takes_text(file, sep)
        if self.is_text and isinstance(sep, bytes):
            raise TypeError("join_to: 'sep' must not be bytes for a text file (accepted: str)")
        self.separator: Any = sep if self.is_text or isinstance(sep, bytes) else sep.encode()
        self.empty: Any = "" if self.is_text else b""
        self.takes_views = False
        self.values_written = 0

    def __enter__(self) -> Writer:
        if self.is_opened_here:
            try:
                self.file = open(self.file, "wb", buffering=0, closefd=not is_descriptor(self.file))
            except BaseException as error:
                self.mark(error)
                raise
        self.takes_views = type(self.file) in (io.FileIO, io.BufferedWriter, io.BufferedRandom, io.BytesIO)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_opened_here:
            try:
                self.file.close()
            except OSError as failure:
                if error is None:
                    self.mark(failure)
                    raise
        if error is not None:
            self.mark(error)

    def write(self, data: Any, count: int) -> None:
        """Hand text to the file, all of it: the next `count` values and the separators among them."""
        taken = self.file.write(data)
        if not self.is_text and not isinstance(self.file, io.BufferedIOBase):
            self.write_rest(data, taken)
        self.values_written += count

    def write_rest(self, data: Any, taken: Any) -> None:
        """Hand over what a file that may take less than all has left, of bytes."""
        is_raw = isinstance(self.file, io.RawIOBase)
        view = memoryview(data)
        done = 0
        while True:
            if taken is None and is_raw:
                raise BlockingIOError(errno.EAGAIN, "write could not complete without blocking", done)
            if not isinstance(taken, int) or isinstance(taken, bool) or taken >= len(view) - done:
                return
            if taken <= 0:
                raise OSError(errno.EIO, f"write took {taken} bytes of {len(view) - done}")
            done += taken
            rest = view[done:]
            taken = self.file.write(rest if is_raw else bytes(rest))

    def mark(self, error: BaseException) -> None:
        """Say on an exception how far the writing came."""
        note = f"join_to: {self.values_written} values had been written"
        with contextlib.suppress(Exception):  # of a class that takes no attributes
            error.values_written = self.values_written  # type: ignore[attr-defined]
            if hasattr(error, "add_note"):
                error.add_note(note)
            else:
                error.__notes__ = [*getattr(error, "__notes__", ()), note]


def is_descriptor(file: Any) -> bool:
    return isinstance(file, int) and not isinstance(file, bool)


def takes_text(file: Any, sep: str | bytes) -> bool:
    """Whether a file object takes text: by its class, else by its mode, else by what the separator is."""
    if isinstance(file, (io.TextIOBase, codecs.StreamWriter, codecs.StreamReaderWriter)):
        return True
    if isinstance(file, (io.RawIOBase, io.BufferedIOBase)):
        return False
    mode = getattr(file, "mode", None)
    return "b" not in mode if isinstance(mode, str) else isinstance(sep, str)


# ---- what is read ----


def check_text(text: Any) -> str:
    """The text of `parse` as a str, one character for each byte of bytes."""
    if isinstance(text, str):
        return str.__str__(text)
    try:
        view = memoryview(text)
    except (TypeError, BufferError):
        arguments.reject("parse", "'text'", type(text).__name__, ACCEPTED_TEXTS)
    with view:
        if view.format.lstrip("@=<>!") not in ("B", "b", "c") or not view.c_contiguous:
            arguments.reject("parse", "'text'", type(text).__name__, ACCEPTED_TEXTS)
        return view.tobytes().decode("latin-1")


def check_parse_separator(sep: Any, is_text: bool) -> str:
    """The separator of `parse` as a str: its characters for a text, else one character for each byte of its UTF-8."""
    check_separator("parse", "'sep'", sep)
    if not sep:
        raise ValueError("parse: 'sep' must not be empty")
    if is_text:
        return sep if isinstance(sep, str) else sep.decode()
    return (sep.encode() if isinstance(sep, str) else sep).decode("latin-1")


def check_parse_dtype(dtype: Any) -> tuple[str, Any]:
    """The kind of number that `parse` reads, "int" for ints of any size, and the dtype of an array or None."""
    if dtype is int:
        return "int", None
    if dtype is float:
        return "float64", None
    found = as_dtype(dtype)
    kind = "" if found is None else arguments.kind_of_dtype(found)
    if kind == "bool" or kind not in arguments.KIND_CODES:
        arguments.reject("parse", "'dtype'", dtype_name(dtype, kind), ACCEPTED_DTYPES)
    return kind, found


def as_dtype(dtype: Any) -> Any:
    """The NumPy dtype that an argument stands for, or None; None, which NumPy takes for float64, is none."""
    try:
        import numpy

        return None if dtype is None else numpy.dtype(dtype)
    except (ImportError, TypeError, ValueError, SyntaxError):
        return None


def dtype_name(dtype: Any, kind: str) -> str:
    """How an error names a dtype that is not accepted."""
    if isinstance(dtype, type):
        return dtype.__name__
    if isinstance(dtype, str):
        return repr(dtype)
    return arguments.kind_name(kind) if type(dtype).__module__.startswith("numpy") else type(dtype).__name__


def is_float(kind: str) -> bool:
    return kind.startswith("float")


@functools.lru_cache(maxsize=2)
def grammar(of_floats: bool) -> re.Pattern[str]:
    """What a token must be, without the whitespace around it."""
    import re

    if not of_floats:
        return re.compile(r"[+-]?[0-9]+")
    finite = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?"
    return re.compile(rf"[+-]?({finite}|inf|infinity|nan)", re.ASCII | re.IGNORECASE)


def number_of(token: str, kind: str) -> Any:
    """The number that a token without whitespace around it stands for; None if it is none, or does not fit the kind."""
    if grammar(is_float(kind)).fullmatch(token) is None:
        return None
    return float_of(token, kind) if is_float(kind) else integer_of(token, kind)


def integer_of(token: str, kind: str) -> int | None:
    digits = token.lstrip("+-").lstrip("0") or "0"
    if kind == "int":
        try:
            number = int(digits)
        except ValueError:  # of more digits than sys.get_int_max_str_digits()
            return None
        return -number if token[0] == "-" else number
    if len(digits) > 20:  # more than any kind has
        return None
    number = -int(digits) if token[0] == "-" else int(digits)
    least, greatest = bounds(kind)
    return number if least <= number <= greatest else None


def bounds(kind: str) -> tuple[int, int]:
    """The least and the greatest integer of a kind."""
    width = int(kind.lstrip("uint"))
    return (0, 2**width - 1) if kind[0] == "u" else (-(2 ** (width - 1)), 2 ** (width - 1) - 1)


def float_of(token: str, kind: str) -> float | None:
    number = float(token) if kind == "float64" else narrow(token, kind)
    is_overflow = math.isinf(number) and any(c.isdigit() for c in token)
    return None if is_overflow else number


def narrow(token: str, kind: str) -> float:
    """The float16 or float32 nearest to the number that a token stands for, ties to even; infinite if it is too large.

    Rounding the nearest double again would err where that is a tie and the number is not. So of the two doubles around
    a number that is none, the one with the odd last bit is rounded: it is on the same side of every tie.
    S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd",
    IEEE Transactions on Computers 57 (2008).
    """
    x = float(token)
    if math.isfinite(x) and x != 0.0 and not is_odd(x):
        from decimal import Decimal

        exact, rounded = Decimal(token), Decimal(x)
        if exact != rounded:
            x = math.nextafter(x, math.inf if exact > rounded else -math.inf)
    code = "<" + arguments.KIND_CODES[kind]
    try:
        number: float = struct.unpack(code, struct.pack(code, x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)
    return number


def is_odd(x: float) -> bool:
    """Whether the last bit of a float is set."""
    return struct.pack("<d", x)[0] % 2 == 1


def parse_error(token: str | bytes, offset: int, index: int, kind: str) -> ValueError:
    """The error of a bad token: what stands between two separators, of a str or of bytes."""
    where = f"parse: token {index} at offset {offset}"
    text = (token if isinstance(token, str) else token.decode("latin-1")).strip(WHITESPACE)
    if not text:
        return ValueError(f"{where} is empty")
    is_number = grammar(is_float(kind)).fullmatch(text) is not None
    if is_number and kind == "int":
        try:
            int(text.lstrip("+-").lstrip("0"))
        except ValueError as error:
            return ValueError(f"{where} is too long: {error}")
    what = f"does not fit {kind}" if is_number else "is no float" if is_float(kind) else "is no integer"
    return ValueError(f"{where} {what}: {shown(text, isinstance(token, bytes))}")


def shown(text: str, is_bytes: bool) -> str:
    """A token as its error shows it."""
    start = text[:SHOWN]
    what = repr(start.encode("latin-1")) if is_bytes and not start.isascii() else repr(start)
    return what if len(text) <= SHOWN else f"{what}…"
