# The joins family: parse.

cdef extern from "Python.h":
    object PyFloat_FromDouble(double value)
    object PyLong_FromLongLong(long long value)
    void Py_INCREF(object item)

cdef enum:
    # Tokens that are parsed between two looks for Ctrl-C, and for a list, by way of the stack.
    PARSE_BLOCK = 65536
    PARSE_LIST_BLOCK = 512
    # Bytes of text that are worth more than one thread, and that a thread takes at a time.
    PARSE_THREAD_CHUNK = 1 << 20


cdef struct Scan:
    const char *start
    const char *end
    const char *separator
    size_t separator_size
    int kind


cdef bint _open_parse_separator(Scan *scan, object sep, bint is_text) noexcept:
    """The bytes of a separator, of which `sep` keeps the memory; False if the loops cannot work with it.

    If a byte of it may stand in a number, the separators must be found first, as the twin does. Bytes for a text are
    decoded, which the twin does too.
    """
    cdef size_t i
    cdef unsigned char c
    if type(sep) is bytes:
        scan.separator = PyBytes_AS_STRING(sep)
        scan.separator_size = len(<bytes>sep)
    elif type(sep) is str and PyUnicode_IS_ASCII(<PyObject *>sep):
        scan.separator = <const char *>FC_TEXT_DATA(<PyObject *>sep)
        scan.separator_size = FC_TEXT_LENGTH(<PyObject *>sep)
    else:
        return False
    for i in range(scan.separator_size):
        c = scan.separator[i]
        if c > 127 and is_text:
            return False
        if c"0" <= c <= c"9" or c"a" <= (c | 0x20) <= c"z" or c == c"+" or c == c"-" or c == c".":
            return False
    return 0 < scan.separator_size <= FC_PARSE_SEPARATOR


# What `dtype` is, remembered: NumPy takes a microsecond to say.
_parse_dtype = functools.lru_cache(maxsize=64, typed=True)(_pure_joins.check_parse_dtype)


def parse(text, sep=",", dtype=float, *, threads=None):
    cdef Scan scan
    cdef Py_buffer *buffer
    if PyUnicode_CheckExact(<PyObject *>text):
        if not PyUnicode_IS_ASCII(<PyObject *>text):
            return _pure_joins.parse(text, sep, dtype, threads=threads)
        scan.start = <const char *>FC_TEXT_DATA(<PyObject *>text)
        scan.end = scan.start + FC_TEXT_LENGTH(<PyObject *>text)
    else:
        try:
            view = memoryview(text)
        except (TypeError, BufferError):
            return _pure_joins.parse(text, sep, dtype, threads=threads)
        if view.format not in ("B", "b", "c") or not view.c_contiguous:
            return _pure_joins.parse(text, sep, dtype, threads=threads)
        buffer = PyMemoryView_GET_BUFFER(view)
        scan.start = <const char *>buffer.buf
        scan.end = scan.start + buffer.len
    if not _open_parse_separator(&scan, sep, PyUnicode_CheckExact(<PyObject *>text)):
        return _pure_joins.parse(text, sep, dtype, threads=threads)
    try:
        kind, array_dtype = _parse_dtype(dtype)
    except TypeError:  # it cannot be hashed, or is not accepted
        kind, array_dtype = _pure_joins.check_parse_dtype(dtype)
    scan.kind = FC_INT64 if kind == "int" else _KINDS[kind]
    cdef int count = _thread_count("parse", threads)
    if array_dtype is None:
        return _parse_list(&scan, text, kind)
    return _parse_array(&scan, text, kind, array_dtype, count)


cdef object _token(Scan *scan, object text, const char *at, const char **end):
    """The token that starts there, as a slice of the text or bytes, and where it ends."""
    cdef const char *stop = at
    while stop < scan.end and not (
        scan.separator_size <= <size_t>(scan.end - stop) and memcmp(stop, scan.separator, scan.separator_size) == 0
    ):
        stop += 1
    end[0] = stop
    token = PyBytes_FromStringAndSize(at, stop - at)
    return token.decode("ascii") if PyUnicode_CheckExact(<PyObject *>text) else token


cdef object _odd_number(Scan *scan, object text, str kind, const char **at, Py_ssize_t index):
    """The number of a token that the loops leave, or its error; moves on to the next token."""
    cdef const char *end
    token = _token(scan, text, at[0], &end)
    characters = token if isinstance(token, str) else token.decode("latin-1")
    number = _pure_joins.number_of(characters.strip(_pure_joins.WHITESPACE), kind)
    if number is None:
        raise _pure_joins.parse_error(token, at[0] - scan.start, index, kind)
    at[0] = end + scan.separator_size if end < scan.end else end
    return number


cdef Py_ssize_t _count_tokens(Scan *scan, const char *start, const char *end) noexcept nogil:
    if start == end:
        return 0
    return fc_parse.count_separators(start, end - start, scan.separator, scan.separator_size) + 1


cdef object _parse_list(Scan *scan, object text, str kind):
    """A list of Python floats or ints."""
    cdef int64_t[PARSE_LIST_BLOCK] block
    cdef const char *at = scan.start
    cdef Py_ssize_t n, i, done = 0, count
    cdef bint is_float = scan.kind == FC_FLOAT64
    n = _count_tokens(scan, scan.start, scan.end)
    cdef list result = PyList_New(n)
    while done < n:
        count = fc_parse.parse[scan.kind](&at, scan.end, scan.separator, scan.separator_size, block,
                                          min_size(PARSE_LIST_BLOCK, n - done))
        for i in range(count):
            number = PyFloat_FromDouble((<double *>block)[i]) if is_float else PyLong_FromLongLong(block[i])
            Py_INCREF(number)
            PyList_SET_ITEM(result, done + i, number)
        if count < min_size(PARSE_LIST_BLOCK, n - done):
            number = _odd_number(scan, text, kind, &at, done + count)
            Py_INCREF(number)
            PyList_SET_ITEM(result, done + count, number)
            count += 1
        done += count
        if done % PARSE_BLOCK < PARSE_LIST_BLOCK:
            PyErr_CheckSignals()
    return result


cdef int _parse_part(Scan *scan, object text, str kind, const char *at, const char *end, object result,
                     Py_ssize_t first, Py_ssize_t n) except -1:
    """Parse the n tokens from `at` to `end` into an array, from `first` on."""
    cdef Py_ssize_t done = 0, count, wanted
    cdef size_t width = fc_kind_size(scan.kind)
    cdef char *out = <char *>FC_DATA(<PyObject *>result) + first * width
    while done < n:
        wanted = min_size(PARSE_BLOCK, n - done)
        with nogil:
            count = fc_parse.parse[scan.kind](&at, end, scan.separator, scan.separator_size, out + done * width, wanted)
        done += count
        if count < wanted:
            result[first + done] = _odd_number(scan, text, kind, &at, first + done)
            done += 1
        PyErr_CheckSignals()
    return 0


cdef object _parse_array(Scan *scan, object text, str kind, object dtype, int threads):
    """An array of a kind; a dtype in the other byte order at the end."""
    cdef Py_ssize_t size = scan.end - scan.start, n
    cdef int type_number
    if not _numpy_is_bound:
        _bind_numpy()
    # Of two dtypes of a size, the one that was asked for.
    type_number = dtype.num if dtype.isnative else _type_of_kind[scan.kind]
    if threads > 1 and size >= 2 * PARSE_THREAD_CHUNK and scan.separator_size == 1:
        result = _parse_threaded(scan, text, kind, type_number, threads)
    else:
        with nogil:
            n = _count_tokens(scan, scan.start, scan.end)
        result = PyArray_EMPTY(1, &n, type_number, 0)
        _parse_part(scan, text, kind, scan.start, scan.end, result, 0, n)
    return result if dtype.isnative else result.astype(dtype)


cdef object _parse_threaded(Scan *scan, object text, str kind, int type_number, int threads):
    """Parts that end at a separator: their tokens counted, then each parsed into its place."""
    cdef Parts parts = Parts()
    cdef Py_ssize_t size = scan.end - scan.start, count = size // PARSE_THREAD_CHUNK, number, border
    cdef Py_ssize_t n = 0
    parts.scan = scan
    parts.text = text
    parts.kind = kind
    parts.border = [0]
    for number in range(1, count):
        border = builtins.max(number * PARSE_THREAD_CHUNK, parts.border[number - 1])
        while border < size and scan.start[border] != scan.separator[0]:
            border += 1
        parts.border.append(border + 1)
    parts.border.append(size + 1)
    parts.count = [0] * count
    parts.error = [None] * count
    run_tasks(parts.count_tokens, count, threads)
    parts.first = []
    for number in range(count):
        parts.first.append(n)
        n += parts.count[number]
    parts.result = PyArray_EMPTY(1, &n, type_number, 0)
    run_tasks(parts.parse, count, threads)
    for error in parts.error:
        if error is not None:
            raise error
    return parts.result


@cython.final
@cython.internal
cdef class Parts:
    """A text in parts: where each starts, after a separator, and the tokens before it."""
    cdef Scan *scan
    cdef object text
    cdef str kind
    cdef list border, count, first, error
    cdef object result

    def count_tokens(self, Py_ssize_t number):
        cdef const char *start = self.scan.start + <Py_ssize_t>self.border[number]
        cdef const char *end = self.scan.start + <Py_ssize_t>self.border[number + 1] - 1
        cdef Py_ssize_t count = 0
        if start <= end:  # else the text ended before
            with nogil:
                count = 1 + fc_parse.count_separators(start, end - start, self.scan.separator, 1)
        self.count[number] = count

    def parse(self, Py_ssize_t number):
        cdef const char *start = self.scan.start + <Py_ssize_t>self.border[number]
        cdef const char *end = self.scan.start + <Py_ssize_t>self.border[number + 1] - 1
        try:
            _parse_part(self.scan, self.text, self.kind, start, end, self.result, self.first[number],
                        self.count[number])
        except ValueError as error:
            self.error[number] = error
