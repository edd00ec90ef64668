# The joins family. Text is made as UTF-8 bytes in one buffer; when all of it is ASCII, which numbers always are, the
# buffer is copied into a str as it is.

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    PyObject *FC_NEW_TEXT "PyUnicode_New"(Py_ssize_t size, Py_UCS4 maxchar) except NULL
    void *FC_TEXT_START "PyUnicode_DATA"(PyObject *text)
    int PyUnicode_Resize(PyObject **text, Py_ssize_t size) except -1
    void Py_DECREF(PyObject *object)
    void *PyUnicode_DATA(object text)
    object PyUnicode_DecodeUTF8(const char *text, Py_ssize_t size, const char *errors)
    bint PyUnicode_IS_ASCII "PyUnicode_IS_COMPACT_ASCII"(PyObject *text)
    const void *FC_TEXT_DATA "PyUnicode_DATA"(PyObject *text)
    Py_ssize_t FC_TEXT_LENGTH "PyUnicode_GET_LENGTH"(PyObject *text)
    PyObject *Py_None
    Py_ssize_t PY_SSIZE_T_MAX


# The text so far, every element followed by the separator.
cdef struct Text:
    char *start
    char *end
    char *limit
    const char *separator
    size_t separator_size
    bint failed


cdef enum:
    # Bytes that a loop may write past the end of its text.
    TEXT_SLACK = 64
    # From here on an array's text is written where it stays, in a str that is then cut to length: what of it is never
    # written costs nothing, and no page is touched twice. At 10^5 this takes 0.86 of the time for integers, 0.96 for
    # floats.
    IN_PLACE_FROM = 1024


cdef bint _reserve(Text *text, size_t size) noexcept nogil:
    """Make room for `size` more bytes; sets `failed` where memory ends."""
    cdef size_t used = text.end - text.start
    cdef size_t wanted
    cdef char *start
    if size + TEXT_SLACK <= <size_t>(text.limit - text.end):
        return True
    wanted = used + size + TEXT_SLACK
    wanted += wanted // 2
    start = <char *>PyMem_RawRealloc(text.start, wanted)
    if start == NULL:
        text.failed = True
        return False
    text.start = start
    text.end = start + used
    text.limit = start + wanted
    return True


cdef void _append_elements(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef Text *text = <Text *>state
    cdef size_t first = 0, count, i
    cdef double[256] block
    while first < n and not text.failed:
        count = min_size(256, n - first)
        if not _reserve(text, count * (FC_FLOAT_WIDTH + text.separator_size)):
            return
        if kind == FC_FLOAT64:
            text.end = fc_joins.floats(<const double *>x + first, count, text.separator, text.separator_size, text.end)
        elif kind == FC_FLOAT32:
            for i in range(count):
                block[i] = (<const float *>x)[first + i]
            text.end = fc_joins.floats(block, count, text.separator, text.separator_size, text.end)
        else:
            text.end = fc_joins.integers(kind, <const char *>x + first * fc_kind_size(kind), count, text.separator,
                                         text.separator_size, text.end)
        first += count


cdef bint _append_text(Text *text, PyObject *value) noexcept:
    """An ASCII str and the separator."""
    cdef Py_ssize_t size = FC_TEXT_LENGTH(value)
    if not _reserve(text, size + text.separator_size):
        return False
    memcpy(text.end, FC_TEXT_DATA(value), size)
    text.end += size
    memcpy(text.end, text.separator, text.separator_size)
    text.end += text.separator_size
    return True


cdef object _finish(Text *text, bint is_bytes, bint is_ascii):
    """The text without its last separator."""
    cdef Py_ssize_t size = text.end - text.start
    if text.failed:
        raise MemoryError
    if size > 0:
        size -= text.separator_size
    if is_bytes:
        return PyBytes_FromStringAndSize(text.start, size)
    if not is_ascii:
        return PyUnicode_DecodeUTF8(text.start, size, NULL)
    result = PyUnicode_New(size, 127)
    if size > 0:
        memcpy(PyUnicode_DATA(result), text.start, size)
    return result


cdef bint _append_items(Text *text, object sequence) except -1:
    """Append the items of a list or tuple; False at one whose text only its own `str` knows, or that is not ASCII.

    Runs of integers and of floats go through a block to the loops.
    """
    cdef Py_ssize_t i = 0, n, m
    cdef PyObject *item
    cdef int64_t[256] integers
    cdef double[256] floats
    cdef int overflow
    with cython.critical_section(sequence):
        n = _length(sequence)
        while i < n:
            item = _item(sequence, i)
            m = 0
            if PyFloat_CheckExact(item):
                while m < 256 and i < n and PyFloat_CheckExact(_item(sequence, i)):
                    floats[m] = PyFloat_AS_DOUBLE(_item(sequence, i))
                    m += 1
                    i += 1
                _append_elements(text, FC_FLOAT64, floats, m)
            elif PyLong_CheckExact(item):
                overflow = 0
                while m < 256 and i < n and PyLong_CheckExact(_item(sequence, i)):
                    integers[m] = _integer(_item(sequence, i), &overflow)
                    if overflow != 0:
                        break
                    m += 1
                    i += 1
                _append_elements(text, FC_INT64, integers, m)
                if overflow != 0:
                    large = str(<object>_item(sequence, i))
                    _append_text(text, <PyObject *>large)
                    i += 1
            elif PyUnicode_CheckExact(item):
                if not PyUnicode_IS_ASCII(item):
                    return False
                _append_text(text, item)
                i += 1
            elif PyBool_Check(item) or item == Py_None:
                name = "None" if item == Py_None else "True" if item == Py_True else "False"
                _append_text(text, <PyObject *>name)
                i += 1
            else:
                return False
            if text.failed:
                raise MemoryError
    return True


cdef inline char *_copy_ascii(char *out, const char *x, Py_ssize_t n) noexcept nogil:
    """memcpy of what is mostly short: two moves that may overlap, in place of a call."""
    if n >= 16:
        memcpy(out, x, n)
    elif n >= 8:
        memcpy(out, x, 8)
        memcpy(out + n - 8, x + n - 8, 8)
    elif n >= 4:
        memcpy(out, x, 4)
        memcpy(out + n - 4, x + n - 4, 4)
    elif n > 0:
        out[0] = x[0]
        out[n // 2] = x[n // 2]
        out[n - 1] = x[n - 1]
    return out + n


cdef object _join_text(object sequence, object sep, Text *text):
    """The text of a list or tuple of ASCII str alone; of any other str, `str.join` itself; None if not all are str."""
    cdef Py_ssize_t i, size = 0, n = _length(sequence)
    cdef bint is_ascii = sep.isascii()
    cdef PyObject *item
    cdef char *out
    for i in range(n):
        item = _item(sequence, i)
        if not PyUnicode_CheckExact(item):
            return None
        is_ascii &= PyUnicode_IS_ASCII(item)
        size += FC_TEXT_LENGTH(item)
    if not is_ascii or size > PY_SSIZE_T_MAX // 2 or <size_t>n * text.separator_size > PY_SSIZE_T_MAX // 2:
        return sep.join(sequence)
    size += (n - 1) * <Py_ssize_t>text.separator_size
    result = PyUnicode_New(size, 127)
    out = <char *>PyUnicode_DATA(result)
    for i in range(n):
        if i > 0:
            out = _copy_ascii(out, text.separator, text.separator_size)
        item = _item(sequence, i)
        out = _copy_ascii(out, <const char *>FC_TEXT_DATA(item), FC_TEXT_LENGTH(item))
    return result


cdef object _join_sequence(object sequence, object sep, Text *text, bint is_bytes, bint is_ascii):
    """The text of a list or tuple."""
    if not is_bytes and _length(sequence) > 0 and PyUnicode_CheckExact(_item(sequence, 0)):
        with cython.critical_section(sequence):
            result = _join_text(sequence, sep, text)
        if result is not None:
            return result
    text.end = text.start
    if _append_items(text, sequence):
        return _finish(text, is_bytes, is_ascii)
    return _pure_joins.join(sequence, sep)


cdef object _join_in_place(object owner, Source *source, Text *text):
    """The text of an array, ASCII, in a str of the greatest length it can have, cut to the length it has."""
    cdef Py_ssize_t most = source.n * <Py_ssize_t>(FC_FLOAT_WIDTH + text.separator_size) + TEXT_SLACK
    cdef PyObject *result = FC_NEW_TEXT(most, 127)
    text.start = <char *>FC_TEXT_START(result)
    text.end = text.start
    text.limit = text.start + most
    try:
        _walk(owner, source, _append_elements, text)
        PyUnicode_Resize(&result, text.end - text.start - text.separator_size)
        return <object>result
    finally:
        text.start = NULL
        if result != NULL:
            Py_DECREF(result)


def join(values, sep=""):
    cdef Source source
    cdef char[4096] small
    cdef Text text
    cdef bint is_bytes = isinstance(sep, bytes)
    cdef bint is_ascii = is_bytes
    cdef bint is_opened = False
    cdef int64_t start, step
    if not is_bytes:
        if not isinstance(sep, str):
            return _pure_joins.join(values, sep)
        is_ascii = sep.isascii()
        try:
            separator = sep.encode()
        except UnicodeEncodeError:  # a lone surrogate
            return _pure_joins.join(values, sep)
    else:
        separator = sep
    if not (_is_sequence(values) or type(values) is range):
        owner = _open_array(values, &source)
        if owner is not None:
            if (source.kind == FC_FLOAT16 or (source.kind == FC_FLOAT32 and _is_ndarray(owner))
                    or getattr(values, "ndim", 1) != 1):
                return _pure_joins.join(values, sep)
            is_opened = True
        elif _needs_twin(values):
            return _pure_joins.join(values, sep)
    text.separator = PyBytes_AS_STRING(separator)
    text.separator_size = len(separator)
    text.failed = False
    text.start = NULL
    text.end = NULL
    text.limit = NULL
    try:
        if is_opened and source.n >= IN_PLACE_FROM and is_ascii and not is_bytes and text.separator_size < 1024:
            return _join_in_place(owner, &source, &text)
        if is_opened:
            _reserve(&text, <size_t>source.n * 4)
            _walk(owner, &source, _append_elements, &text)
            return _finish(&text, is_bytes, is_ascii)
        if _is_sequence(values):
            return _join_sequence(values, sep, &text, is_bytes, is_ascii)
        if type(values) is range:
            if not values or not _fits(values[0]) or not _fits(values[len(values) - 1]) or not _fits(values.step):
                return _pure_joins.join(values, sep)
            _append_range(&text, values[0], values.step, len(values))
            return _finish(&text, is_bytes, is_ascii)
        pieces = []
        for chunk in _chunks(values):
            pieces.append(_join_sequence(chunk, sep, &text, is_bytes, is_ascii))
            PyErr_CheckSignals()
        return sep.join(pieces)
    finally:
        PyMem_RawFree(text.start)


cdef bint _fits(object value) except -1:
    return -(1 << 63) <= value < 1 << 63


cdef int _append_range(Text *text, int64_t start, int64_t step, Py_ssize_t n) except -1:
    cdef Py_ssize_t first = 0, count
    with nogil:
        while first < n:
            count = min_size(CHUNK, n - first)
            if not _reserve(text, count * (FC_INTEGER_WIDTH + text.separator_size)):
                break
            text.end = fc_joins.range(start + first * step, step, count, text.separator, text.separator_size, text.end)
            first += count
    return 0
