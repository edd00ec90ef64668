"""join_to: every kind of file, in constant memory, and how far it came when something fails."""

from __future__ import annotations

import bz2
import codecs
import functools
import gzip
import io
import os
import pathlib
import random
import sys
import tempfile
import threading
from array import array

import pytest
from common import outcome
from hypothesis import given
from hypothesis import strategies as st
from test_joins import (
    INTEGER_CODES,
    ITEMS,
    SEPARATORS_BY_LENGTH,
    float16_values,
    float32_values,
    integers_of,
    layouts,
    mixed_doubles,
)

CHUNKS = (1, 2, 7, 64, 1000, 65536, 10**9)
posix_only = pytest.mark.skipif(os.name != "posix", reason="descriptors are POSIX's")


def text_of(values, sep):
    return sep.join(map(str, values)) if isinstance(sep, str) else sep.join(str(v).encode() for v in values)


class Keeping:
    """A file object that keeps what it is given, and says nothing about itself."""

    def __init__(self):
        self.pieces = []

    def write(self, data):
        self.pieces.append(data)


class KeepingBytes(Keeping):
    mode = "wb"


class Raw(io.RawIOBase):
    """An unbuffered file that takes a few bytes at a time."""

    def __init__(self, most):
        self.most = most
        self.taken = bytearray()

    def writable(self):
        return True

    def write(self, data):
        part = bytes(data[: self.most])
        self.taken += part
        return len(part)


class Failing:
    """A file object that fails once it has taken so many characters."""

    mode = "wb"

    def __init__(self, limit, error):
        self.limit = limit
        self.error = error
        self.taken = b""

    def write(self, data):
        if len(self.taken) + len(data) > self.limit:
            raise self.error
        self.taken += data
        return len(data)


def check_progress(error, values, sep, taken):
    """Check that an exception says how many values a file has taken: those before it, separated, and no more."""
    count = error.values_written
    assert type(count) is int
    assert error.__notes__ == [f"join_to: {count} values had been written"]
    text = text_of(values[:count], sep)
    # Whether the separator that follows is written at the end of a chunk or at the start of the next is left open.
    assert taken in (text, text + sep)


# ---- kinds of files ----


@given(values=ITEMS, sep=st.sampled_from(["", ",", ", ", "→", b"", b";", b"\xff"]), chunk=st.sampled_from(CHUNKS))
def test_what_is_written_is_what_join_returns(fc, values, sep, chunk):
    expected = text_of(values, sep)
    data = expected if isinstance(expected, bytes) else expected.encode()
    for form in (values, tuple(values), iter(values)):
        file = io.BytesIO()
        assert fc.join_to(file, form, sep, chunk=chunk) == len(values)
        assert file.getvalue() == data
    if isinstance(sep, str):
        text = io.StringIO()
        assert fc.join_to(text, iter(values), sep, chunk=chunk) == len(values)
        assert text.getvalue() == expected


@pytest.mark.parametrize(
    "numbers",
    (
        *(range(0), range(9, -9, -2), range(7, 8, 2**70), range(-(2**63), 2**63, 2**64 - 1)),
        *(range(2**63 - 9, 2**63), range(2**63 - 9, 2**63 + 1)),
    ),
)
def test_ranges_of_any_bounds_and_step(fc, numbers):
    file = io.StringIO()
    assert fc.join_to(file, numbers, ",") == len(numbers)
    assert file.getvalue() == fc.join(numbers, ",") == ",".join(map(str, numbers))


@pytest.mark.parametrize("sep", (",", b",", "→", ""))
def test_paths(fc, tmp_path, sep):
    path = tmp_path / "numbers é.txt"
    path.write_bytes(b"x" * 100000)
    values = [1, 2.5, "é", None]
    expected = ("1→2.5→é→None".replace("→", sep) if isinstance(sep, str) else "1,2.5,é,None").encode()
    for file in (path, str(path)):
        assert fc.join_to(file, values, sep) == 4
        assert path.read_bytes() == expected
    assert fc.join_to(path, range(3000), sep) == 3000
    assert path.read_bytes() == fc.join(range(3000), sep if isinstance(sep, bytes) else sep.encode())
    assert fc.join_to(path, [], sep) == 0
    assert path.read_bytes() == b""


def test_a_path_that_is_none_of_pathlib(fc, tmp_path):
    class Path:
        def __fspath__(self):
            return str(tmp_path / "x")

    assert fc.join_to(Path(), [1, 2], ",") == 2
    assert (tmp_path / "x").read_bytes() == b"1,2"


def test_a_path_that_cannot_be_opened(fc, tmp_path):
    seen = []
    values = (seen.append(v) for v in range(3))
    for path in (tmp_path, tmp_path / "none" / "x"):
        with pytest.raises(OSError) as caught:  # noqa: PT011
            fc.join_to(path, values, ",")
        check_progress(caught.value, [], ",", "")
    assert seen == []


def test_descriptors_stay_open(fc, tmp_path):
    with open(tmp_path / "x", "wb") as file:
        os.write(file.fileno(), b"before ")
        assert fc.join_to(file.fileno(), range(5), ", ") == 5
        os.write(file.fileno(), b" after")
    assert (tmp_path / "x").read_bytes() == b"before 0, 1, 2, 3, 4 after"


def test_a_closed_descriptor(fc, tmp_path):
    with open(tmp_path / "x", "wb") as file:
        descriptor = os.dup(file.fileno())
    os.close(descriptor)
    with pytest.raises(OSError) as caught:  # noqa: PT011
        fc.join_to(descriptor, range(5), ", ")
    assert caught.value.values_written == 0


@posix_only
def test_a_pipe(fc):
    reading, writing = os.pipe()
    values = list(range(100000))
    parts = []

    def read():
        with open(reading, "rb") as file:
            parts.append(file.read())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert fc.join_to(writing, values, ",") == len(values)
    finally:
        os.close(writing)
        reader.join()
    assert parts[0].decode() == text_of(values, ",")


def writer_of_utf_8(path):
    return codecs.getwriter("utf-8")(path.open("wb"))


def codecs_file(path):
    return codecs.StreamReaderWriter(path.open("wb"), codecs.getreader("utf-8"), codecs.getwriter("utf-8"))


def text_in_utf_16(data):
    return data.decode("utf-16").encode()


# How each is opened, whether it takes text, and what makes UTF-8 of what it has written.
FILES = (
    (functools.partial(open, mode="wb"), False, bytes),
    (functools.partial(open, mode="wb", buffering=0), False, bytes),
    (functools.partial(open, mode="w+b"), False, bytes),
    (functools.partial(open, mode="w", encoding="utf-8", newline=""), True, bytes),
    (functools.partial(open, mode="w+", encoding="utf-16", newline=""), True, text_in_utf_16),
    (writer_of_utf_8, True, bytes),
    (codecs_file, True, bytes),
    (functools.partial(gzip.open, mode="wb"), False, gzip.decompress),
    (functools.partial(gzip.open, mode="wt", encoding="utf-8", newline=""), True, gzip.decompress),
    (functools.partial(bz2.open, mode="wb"), False, bz2.decompress),
)


@pytest.mark.parametrize("kind", FILES, ids=range(len(FILES)))
@pytest.mark.parametrize("chunk", (3, 65536))
def test_files_of_the_standard_library(fc, tmp_path, kind, chunk):
    open_file, is_text, decode = kind
    path = tmp_path / "x"
    values = ["é", *range(3000), 2.5, None]
    with open_file(path) as file:
        file.write("head:" if is_text else b"head:")
        assert fc.join_to(file, values, "→", chunk=chunk) == 3003
    assert decode(path.read_bytes()) == ("head:" + text_of(values, "→")).encode()


def test_temporary_files(fc):
    for make in (tempfile.TemporaryFile, tempfile.NamedTemporaryFile, tempfile.SpooledTemporaryFile):
        for mode, sep in (("w+b", ","), ("w+b", b","), ("w+", ",")):
            with make(mode=mode) as file:
                assert fc.join_to(file, range(1000), sep) == 1000
                file.seek(0)
                text = file.read()
            assert (text if isinstance(text, str) else text.decode()) == text_of(range(1000), ",")


def test_a_text_file_has_its_own_encoding_and_line_ends(fc):
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="latin-1", newline="\r\n")
    assert fc.join_to(file, ["é", 1], "\n") == 2
    file.flush()
    assert raw.getvalue() == b"\xe9\r\n1"


def test_what_a_file_object_takes_is_said_by_its_class_its_mode_or_the_separator(fc):
    for kind, sep, expected in (
        (Keeping, ",", "1,é"),
        (Keeping, b",", "1,é".encode()),
        (KeepingBytes, ",", "1,é".encode()),
        (KeepingBytes, b",", "1,é".encode()),
    ):
        file = kind()
        assert fc.join_to(file, [1, "é"], sep) == 2
        joined = type(expected)().join(file.pieces)
        assert joined == expected
    text = Keeping()
    text.mode = "w"
    fc.join_to(text, [1, "é"], ",")
    assert "".join(text.pieces) == "1,é"
    number = Keeping()
    number.mode = 2  # as gzip's
    fc.join_to(number, [1, "é"], b",")
    assert b"".join(number.pieces) == "1,é".encode()


@pytest.mark.parametrize("make", (Keeping, KeepingBytes))
@pytest.mark.parametrize("sep", (",", b","))
def test_what_is_given_to_a_file_object_may_be_kept(fc, make, sep):
    values, expected = mixed_doubles()
    for data in (array("d", values[:20000]), values[:20000], iter(values[:20000]), range(20000)):
        file = make()
        texts = [str(v) for v in data] if isinstance(data, range) else expected[:20000]
        assert fc.join_to(file, data, sep, chunk=5000) == 20000
        assert {type(piece) for piece in file.pieces} == {str if make is Keeping and sep == "," else bytes}
        joined = type(file.pieces[0])().join(file.pieces)
        assert (joined if isinstance(joined, str) else joined.decode()) == ",".join(texts)


@pytest.mark.parametrize("returned", (None, True, "x", 10**9, 2.5))
def test_what_a_write_returns_besides_a_count_does_not_matter(fc, returned):
    class File(KeepingBytes):
        def write(self, data):
            super().write(data)
            return returned

    file = File()
    assert fc.join_to(file, range(1000), ",", chunk=100) == 1000
    assert b"".join(file.pieces).decode() == text_of(range(1000), ",")


@pytest.mark.parametrize("most", (1, 7, 1000))
def test_a_file_that_takes_less_than_all_is_given_the_rest(fc, most):
    class Short:
        """No file of the library's, like a wrapper of one."""

        mode = "wb"

        def __init__(self):
            self.taken = b""

        def write(self, data):
            assert type(data) is bytes
            self.taken += data[:most]
            return len(data[:most])

    values = list(range(2000))
    for file in (Raw(most), Short()):
        assert fc.join_to(file, values, ",") == 2000
        assert bytes(file.taken).decode() == text_of(values, ",")
    file = Raw(most)
    assert fc.join_to(file, array("q", values), b"; ", chunk=50) == 2000
    assert bytes(file.taken) == text_of(values, b"; ")


def test_a_file_that_takes_nothing_is_an_error(fc):
    with pytest.raises(OSError, match="write took 0 bytes of 3"):
        fc.join_to(Raw(0), [1, 2], ",")


def test_nothing_to_write(fc, np):
    for values in ([], (), iter([]), range(0), array("d"), np.zeros(0), ""):
        for file in (Keeping(), KeepingBytes()):
            assert fc.join_to(file, values, ",") == 0
            assert file.pieces == []


def test_one_empty_text_is_one_value(fc):
    file = io.StringIO()
    assert fc.join_to(file, [""], ",") == 1
    assert fc.join_to(file, ["", "", ""], ",") == 3
    assert fc.join_to(file, ["", ""], "") == 2
    assert file.getvalue() == ",,"


# ---- values ----


@pytest.mark.parametrize("chunk", CHUNKS)
def test_doubles_of_every_kind(fc, chunk):
    values, expected = mixed_doubles()
    n = 30000 if chunk >= 1000 else 2000
    values, expected = values[:n], expected[:n]
    for data in (array("d", values), values, iter(values), memoryview(array("d", [*values, *values]))[: len(values)]):
        file = io.BytesIO()
        assert fc.join_to(file, data, ",", chunk=chunk) == len(values)
        assert (file.getvalue() == ",".join(expected).encode()) is True
    text = io.StringIO()
    assert fc.join_to(text, array("d", values), "\n", chunk=chunk) == len(values)
    assert (text.getvalue() == "\n".join(expected)) is True


@pytest.mark.parametrize("code", INTEGER_CODES)
def test_integers_with_separators_of_every_length(fc, code):
    values = integers_of(code)
    for sep in SEPARATORS_BY_LENGTH:
        expected = text_of(values, sep)
        for data in (array(code, values), memoryview(array(code, values)), values):
            for chunk in (100, 65536):
                file = io.BytesIO()
                assert fc.join_to(file, data, sep, chunk=chunk) == len(values)
                assert file.getvalue() == (expected if isinstance(sep, bytes) else expected.encode())
        if isinstance(sep, str):
            text = io.StringIO()
            fc.join_to(text, array(code, values), sep, chunk=300)
            assert text.getvalue() == expected


@pytest.mark.parametrize("length", (*range(20), 63, 64, 65, 255, 256, 257, 4095, 4096, 4097))
def test_every_length(fc, length):
    values = list(range(-3, length - 3))
    expected = text_of(values, ", ").encode()
    for make in (list, tuple, iter, functools.partial(array, "i"), functools.partial(array, "q")):
        for chunk in (1, 50, 65536):
            file = io.BytesIO()
            assert fc.join_to(file, make(values), ", ", chunk=chunk) == length
            assert fc.join_to(io.BytesIO(), range(-3, length - 3), ", ", chunk=chunk) == length
            assert file.getvalue() == expected


def test_values_of_every_type(fc):
    class Own(int):
        def __str__(self):
            return "own"

    values = [1, 2.5, True, None, "é→🎉", b"x", 10**40, Own(3), -0.0, [1], ""] * 500
    for sep in (",", b",", "→", ""):
        file = io.BytesIO()
        assert fc.join_to(file, iter(values), sep, chunk=1000) == len(values)
        expected = text_of(values, sep)
        assert file.getvalue() == (expected if isinstance(sep, bytes) else expected.encode())


def test_long_texts_among_short_ones(fc):
    values = ["x" * n for n in (0, 100000, 1, 2, 65535, 65536, 65537, 0, 3)]
    for make in (list, iter):
        for file in (io.StringIO(), io.BytesIO()):
            assert fc.join_to(file, make(values), ",") == len(values)
            assert len(file.getvalue()) == len(",".join(values))
            expected = ",".join(values) if isinstance(file, io.StringIO) else text_of(values, b",")
            assert (file.getvalue() == expected) is True


@pytest.mark.parametrize("values", (float32_values, float16_values), ids=("float32", "float16"))
def test_narrow_floats_have_their_own_digits(fc, np, values):
    a, expected = values()
    for layout, part in layouts(a):
        file = io.BytesIO()
        assert fc.join_to(file, layout, ",") == len(layout)
        assert (file.getvalue() == ",".join(expected[part]).encode()) is True


@pytest.mark.parametrize("dtype", ("bool", "int8", "uint64", "float64", ">i4", ">f8", "U3", "object", "M8[s]"))
def test_arrays_in_every_layout(fc, np, dtype):
    a = (np.arange(6000) % 77).astype("int64" if dtype == "M8[s]" else "float64").astype(dtype)
    for layout in (a, a[::3], a[::-1], a[:0]):
        file = io.StringIO()
        assert fc.join_to(file, layout, ", ", chunk=1000) == len(layout)
        assert file.getvalue() == ", ".join(map(str, layout))


def test_chunks_are_about_of_the_size_that_is_asked_for(fc):
    values = list(range(10**6, 10**6 + 100000))
    for make in (list, functools.partial(array, "q"), iter):
        file = KeepingBytes()
        fc.join_to(file, make(values), ",", chunk=20000)
        assert 5 < len(file.pieces) <= 80
        file = KeepingBytes()
        fc.join_to(file, make(values), ",", chunk=10**9)
        assert len(file.pieces) <= 2


def test_values_are_read_as_they_are_written(fc):
    def values():
        for number in range(100000):
            if file.pieces and not begun:
                begun.append(number)
            yield number

    begun = []
    file = KeepingBytes()
    fc.join_to(file, values(), ",", chunk=1000)
    assert 0 < begun[0] < 20000


@pytest.mark.parametrize("target", ("path", "bytes", "text"))
def test_memory_is_constant(fc, tmp_path, target):
    tracemalloc = pytest.importorskip("tracemalloc")

    class Null:
        mode = "wb" if target == "bytes" else "w"

        def write(self, data):
            pass

    n = 80000  # of 20 characters: 1.6 MB
    file = tmp_path / "x" if target == "path" else Null()
    data = array("q", range(10**18, 10**18 + n))
    for values in ((10**18 + i for i in range(n)), data):
        tracemalloc.start()
        try:
            assert fc.join_to(file, values, ",") == n
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 2**20


# ---- failures ----


@pytest.mark.parametrize("limit", (0, 1, 10, 5000, 100000))
@pytest.mark.parametrize("chunk", (1, 100, 65536))
def test_a_file_that_fails(fc, limit, chunk):
    values = list(range(30000))
    for data in (values, array("q", values), range(30000), iter(values)):
        error = OSError(28, "No space left on device")
        file = Failing(limit, error)
        with pytest.raises(OSError, match="No space left") as caught:
            fc.join_to(file, data, ", ", chunk=chunk)
        assert caught.value is error
        check_progress(error, values, b", ", file.taken)


def test_a_full_device(fc):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    values = list(range(30000))
    for make in (list, functools.partial(array, "q"), iter):
        with pytest.raises(OSError, match="No space left on device") as caught:
            fc.join_to("/dev/full", make(values), ",")
        assert caught.value.values_written == 0
        with open("/dev/full", "wb", buffering=0) as file, pytest.raises(OSError, match="No space left") as caught:
            fc.join_to(file.fileno(), make(values), ",")
        assert caught.value.values_written == 0
    path = pathlib.Path("/dev/full")
    assert fc.join_to(path, [], ",") == 0


def test_an_unbuffered_file_that_fails_in_the_middle(fc):
    class Full(Raw):
        def write(self, data):
            if len(self.taken) >= 20000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    values = list(range(30000))
    for data in (values, array("q", values), iter(values)):
        file = Full(7)
        with pytest.raises(OSError, match="No space left") as caught:
            fc.join_to(file, data, ", ", chunk=1000)
        count = caught.value.values_written
        assert 1000 < count < 5000
        # Of the chunk that failed a part has gone.
        assert text_of(values, b", ").startswith(bytes(file.taken))
        assert len(text_of(values[:count], b", ")) <= len(file.taken)


@posix_only
def test_a_descriptor_that_would_block(fc):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    values = list(range(300000))
    for data in (values, array("q", values), iter(values)):
        with pytest.raises(BlockingIOError) as caught:
            fc.join_to(writing, data, ",")
        assert 0 <= caught.value.values_written < 300000
    os.close(writing)
    with open(reading, "rb") as file:
        begin = file.read()
    assert text_of(values, b",")[:30000] == begin[:30000]


@pytest.mark.parametrize("n", (0, 1, 256, 4095, 4096, 4097, 20000))
def test_an_iterable_that_fails(fc, n):
    def values():
        yield from range(n)
        raise KeyError("no more")

    for chunk in (1, 100, 65536):
        file = KeepingBytes()
        with pytest.raises(KeyError) as caught:
            fc.join_to(file, values(), ",", chunk=chunk)
        assert caught.value.values_written <= n
        check_progress(caught.value, list(range(n)), b",", b"".join(file.pieces))


@pytest.mark.parametrize("n", (0, 1, 300, 5000))
def test_a_value_whose_text_fails(fc, n):
    class Text:
        def __str__(self):
            raise ZeroDivisionError("no text")

    values = [*range(n), Text(), 1]
    for make in (list, iter):
        for file, sep in ((KeepingBytes(), b", "), (Keeping(), ", ")):
            with pytest.raises(ZeroDivisionError) as caught:
                fc.join_to(file, make(values), sep, chunk=100)
            check_progress(caught.value, values, sep, type(sep)().join(file.pieces))


def test_a_text_that_utf_8_cannot_write(fc, tmp_path):
    for file in (KeepingBytes(), tmp_path / "x"):
        with pytest.raises(UnicodeEncodeError) as caught:
            fc.join_to(file, ["a", "\ud800"], ",")
        assert caught.value.values_written <= 1
    text = io.StringIO()
    assert fc.join_to(text, ["a", "\ud800"], ",") == 2
    assert text.getvalue() == "a,\ud800"


def test_ctrl_c_is_marked_too(fc):
    def values():
        yield from range(5000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        fc.join_to(KeepingBytes(), values(), ",", chunk=100)
    assert 0 < caught.value.values_written <= 5000


def test_an_exception_keeps_the_notes_it_has(fc):
    error = OSError("full")
    error.__notes__ = ["of another"]
    with pytest.raises(OSError, match="full"):
        fc.join_to(Failing(0, error), [1], ",")
    assert error.__notes__ == ["of another", "join_to: 0 values had been written"]


def test_an_exception_that_takes_no_attributes_goes_on_as_it_is(fc):
    class Frozen(Exception):
        def __setattr__(self, name, value):
            raise AttributeError(name)

    with pytest.raises(Frozen):
        fc.join_to(Failing(0, Frozen()), [1], ",")


def test_a_path_is_closed_whatever_happens(fc, tmp_path):
    def values():
        yield from range(20000)
        raise KeyError

    with pytest.raises(KeyError) as caught:
        fc.join_to(tmp_path / "x", values(), ",", chunk=100)
    check_progress(caught.value, list(range(20000)), b",", (tmp_path / "x").read_bytes())


def test_a_list_that_changes_while_it_is_written_does_no_harm(fc):
    class Clearing:
        def __str__(self):
            values.clear()
            return "x"

    class Clearer(KeepingBytes):
        def write(self, data):
            values.clear()
            super().write(data)

    for ordinary in (1, 1.5, "a"):
        for chunk in (10, 65536):
            values = [ordinary] * 300 + [Clearing() for _ in range(100)]
            assert outcome(fc.join_to, Clearer(), values, ",", chunk=chunk)[0] in ("returned", "raised")
            values = [ordinary] * 10000
            assert outcome(fc.join_to, Clearer(), values, ",", chunk=chunk)[0] in ("returned", "raised")


def test_an_array_that_its_file_wants_to_resize(fc):
    """While it is read its memory stays."""

    class Shrinking(KeepingBytes):
        def write(self, data):
            del numbers[:]
            super().write(data)

    numbers = array("q", range(100000))
    assert outcome(fc.join_to, Shrinking(), numbers, ",", chunk=100)[0] in ("returned", "raised")


def test_files_that_call_back(fc):
    """A file whose write writes by join_to: nothing is shared."""

    class Nested:
        mode = "w"

        def write(self, data):
            inner = io.StringIO()
            fc.join_to(inner, range(1000), ";", chunk=10)
            assert inner.getvalue() == text_of(range(1000), ";")
            pieces.append(data)

    pieces = []
    fc.join_to(Nested(), range(5000), ",", chunk=1000)
    assert "".join(pieces) == text_of(range(5000), ",")


def test_threads_that_write_at_once(fc):
    def write(seed):
        rng = random.Random(seed)
        values = [rng.random() for _ in range(5000)]
        file = io.BytesIO()
        fc.join_to(file, array("d", values), ",", chunk=500)
        results[seed] = file.getvalue() == text_of(values, b",")

    results = {}
    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(4), True)


def test_bad_arguments_come_before_anything_is_opened_or_written(fc, tmp_path):
    path = tmp_path / "x"
    kept = Keeping()
    for values, sep, keywords in (
        (5, ",", {}),
        ([1], 5, {}),
        ([1], ",", {"chunk": 0}),
        ([1], ",", {"chunk": "x"}),
        (memoryview(bytes(4)).cast("B", (2, 2)), ",", {}),
        ([1], "\ud800", {}),
    ):
        for file in (path, KeepingBytes()):
            with pytest.raises((TypeError, ValueError)) as caught:
                fc.join_to(file, values, sep, **keywords)
            assert not hasattr(caught.value, "values_written")
            assert getattr(file, "pieces", []) == []
    assert not path.exists()
    assert kept.pieces == []
    with pytest.raises(TypeError, match="'sep' must not be bytes for a text file"):
        fc.join_to(io.StringIO(), [1], b",")


def test_standard_output(fc, capsys):
    assert fc.join_to(sys.stdout, range(5), " ") == 5
    assert capsys.readouterr().out == "0 1 2 3 4"
