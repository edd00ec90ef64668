# The joins family: text under way. It is made as UTF-8 in one buffer, every value followed by the separator; what is
# ASCII, as all numbers are, becomes a str as it is.

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    PyObject *FC_NEW_TEXT "PyUnicode_New"(Py_ssize_t size, Py_UCS4 maxchar) except NULL
    void *FC_TEXT_START "PyUnicode_DATA"(PyObject *text)
    int PyUnicode_Resize(PyObject **text, Py_ssize_t size) except -1
    void Py_DECREF(PyObject *object)
    void *PyUnicode_DATA(object text)
    object PyUnicode_DecodeUTF8(const char *text, Py_ssize_t size, const char *errors)
    object PyUnicode_AsEncodedString(object text, const char *encoding, const char *errors)
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL
    bint PyUnicode_IS_ASCII "PyUnicode_IS_COMPACT_ASCII"(PyObject *text)
    const void *FC_TEXT_DATA "PyUnicode_DATA"(PyObject *text)
    Py_ssize_t FC_TEXT_LENGTH "PyUnicode_GET_LENGTH"(PyObject *text)
    bint PyBytes_Check(object value)
    bint PyUnicode_Check(object value)
    object PyMemoryView_FromMemory(char *start, Py_ssize_t size, int flags)
    PyObject *Py_None
    Py_ssize_t PY_SSIZE_T_MAX

cdef enum:
    # Text that is made on the stack, and then copied into its object.
    SMALL_TEXT = 4096
    # From here on an array's text is written where it stays, in a str that is then cut to length: what of it is never
    # written costs nothing, and no page is touched twice. At 10^5 this takes 0.86 of the time for integers, 0.96 for
    # floats.
    IN_PLACE_FROM = 1024
    # Elements of an array between two looks at the room there is.
    TEXT_BLOCK = 1024
    # Items of a list that go to a loop together.
    TEXT_RUN = 256

cdef struct Text:
    char *start
    char *end
    char *limit
    char *heap  # what is to be freed: start, or NULL
    const char *separator
    size_t separator_size
    int narrow_end  # where fixed notation ends for float32 and float16; 0 if these are written as Python floats
    bint is_bytes
    bint is_ascii
    bint failed


cdef void _start_text(Text *text, char *small) noexcept:
    text.start = small
    text.end = small
    text.limit = small + SMALL_TEXT
    text.heap = NULL
    text.narrow_end = 0
    text.failed = False


cdef bint _open_separator(Text *text, object sep) except -1:
    """The bytes of a separator, of which `sep` keeps the memory; False if it is none, or has no UTF-8."""
    cdef Py_ssize_t size
    text.is_bytes = PyBytes_Check(sep)
    text.is_ascii = True
    if text.is_bytes:
        text.separator = PyBytes_AS_STRING(sep)
        text.separator_size = len(<bytes>sep)
        return True
    if not PyUnicode_Check(sep):
        return False
    if PyUnicode_IS_ASCII(<PyObject *>sep):
        text.separator = <const char *>FC_TEXT_DATA(<PyObject *>sep)
        text.separator_size = FC_TEXT_LENGTH(<PyObject *>sep)
        return True
    text.is_ascii = False
    try:
        text.separator = PyUnicode_AsUTF8AndSize(sep, &size)
    except UnicodeEncodeError:  # a lone surrogate
        return False
    text.separator_size = size
    return True


cdef bint _reserve(Text *text, size_t size) noexcept nogil:
    """Make room for `size` more bytes and the loops' slack; sets `failed` where memory ends."""
    cdef size_t used = text.end - text.start
    cdef size_t wanted
    cdef char *heap
    if size + FC_TEXT_SLACK <= <size_t>(text.limit - text.end):
        return True
    wanted = used + size + FC_TEXT_SLACK
    wanted += wanted // 2
    heap = <char *>PyMem_RawRealloc(text.heap, wanted)
    if heap == NULL:
        text.failed = True
        return False
    if text.heap == NULL:
        memcpy(heap, text.start, used)
    text.heap = heap
    text.start = heap
    text.end = heap + used
    text.limit = heap + wanted
    return True


cdef void _append_elements(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef Text *text = <Text *>state
    cdef size_t first = 0, count, i
    cdef double[TEXT_RUN] block
    cdef const char *p
    while first < n and not text.failed:
        count = min_size(TEXT_BLOCK, n - first)
        if kind == FC_FLOAT32 and text.narrow_end == 0:
            count = min_size(TEXT_RUN, count)
        if not _reserve(text, count * (FC_FLOAT_WIDTH + text.separator_size)):
            return
        p = <const char *>x + first * fc_kind_size(kind)
        if kind == FC_FLOAT64:
            text.end = fc_float_text.floats(kind, p, count, FC_FIXED_END, text.separator, text.separator_size,
                                            text.end)
        elif kind == FC_FLOAT32 and text.narrow_end == 0:
            for i in range(count):
                block[i] = (<const float *>p)[i]
            text.end = fc_float_text.floats(FC_FLOAT64, block, count, FC_FIXED_END, text.separator,
                                            text.separator_size, text.end)
        elif kind == FC_FLOAT32 or kind == FC_FLOAT16:
            text.end = fc_float_text.floats(kind, p, count, text.narrow_end, text.separator, text.separator_size,
                                            text.end)
        else:
            text.end = fc_integer_text.integers(kind, p, count, text.separator, text.separator_size, text.end)
        first += count


cdef int _append_range(Text *text, int64_t start, int64_t step, Py_ssize_t n) except -1:
    cdef Py_ssize_t first = 0, count
    with nogil:
        while first < n:
            count = min_size(CHUNK, n - first)
            if not _reserve(text, count * (FC_INTEGER_WIDTH + text.separator_size)):
                break
            text.end = fc_integer_text.range(start + first * step, step, count, text.separator, text.separator_size,
                                             text.end)
            first += count
    return 0


cdef bint _append_bytes(Text *text, const void *start, size_t size) except -1:
    """Append what is UTF-8 already, and the separator."""
    if size > <size_t>PY_SSIZE_T_MAX // 4 or not _reserve(text, size + text.separator_size):
        raise MemoryError
    memcpy(text.end, start, size)
    text.end += size
    memcpy(text.end, text.separator, text.separator_size)
    text.end += text.separator_size
    return True


cdef bint _append_object(Text *text, object value) except -1:
    """Append the text of any object, by its own `str`.

    Lone surrogates pass from str to str, as in `str.join`, and are an error in bytes.
    """
    piece = value if PyUnicode_CheckExact(<PyObject *>value) else str(value)
    if PyUnicode_IS_ASCII(<PyObject *>piece):
        return _append_bytes(text, FC_TEXT_DATA(<PyObject *>piece), FC_TEXT_LENGTH(<PyObject *>piece))
    text.is_ascii = False
    encoded = PyUnicode_AsEncodedString(piece, "utf-8", "strict" if text.is_bytes else "surrogatepass")
    return _append_bytes(text, PyBytes_AS_STRING(encoded), len(<bytes>encoded))


cdef object _text_of(Text *text, Py_ssize_t size):
    """The first bytes of the text, as what is asked for."""
    if text.is_bytes:
        return PyBytes_FromStringAndSize(text.start, size)
    if not text.is_ascii:
        return PyUnicode_DecodeUTF8(text.start, size, "surrogatepass")
    result = PyUnicode_New(size, 127)
    if size > 0:
        memcpy(PyUnicode_DATA(result), text.start, size)
    return result


cdef object _finish(Text *text):
    """The text without its last separator."""
    cdef Py_ssize_t size = text.end - text.start
    if text.failed:
        raise MemoryError
    return _text_of(text, size - text.separator_size if size > 0 else 0)


cdef object _join_in_place(object owner, Source *source, Text *text):
    """The text of an array, ASCII, in a str of the greatest length it can have, cut to the length it has."""
    cdef Py_ssize_t most
    cdef PyObject *result
    if source.n > PY_SSIZE_T_MAX // 2048:
        raise MemoryError
    most = source.n * <Py_ssize_t>(FC_FLOAT_WIDTH + text.separator_size) + FC_TEXT_SLACK
    result = FC_NEW_TEXT(most, 127)
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


# ---- numbers and what is around them ----

cdef object _open_numbers(object values, Source *source, Text *text):
    """Open an array whose elements' text the loops know; returns what keeps the memory, or None.

    The elements of an ndarray of float32 or float16 are NumPy's scalars, those of other buffers Python floats.
    """
    owner = _open_array(values, source)
    if owner is None:
        return None
    if source.kind == FC_FLOAT16 or source.kind == FC_FLOAT32:
        if _is_ndarray(owner):
            text.narrow_end = _narrow_end(source.kind)
        elif source.kind == FC_FLOAT16:
            return None
    return owner


cdef int[2] _narrow_ends  # of float16 and float32, once they are known


cdef int _narrow_end(int kind) except -1:
    """Where NumPy's str of a float32 or float16 goes over to an exponent: 10^6, 10^3, and before NumPy 2.3, 10^16."""
    cdef int place = kind == FC_FLOAT32
    if _narrow_ends[place] == 0:
        numpy = sys.modules["numpy"]
        scalar = numpy.float32 if place else numpy.float16
        _narrow_ends[place] = FC_FIXED_END
        for exponent in range(1, 16 if place else 5):
            if "e" in str(scalar(10.0 ** exponent)):
                _narrow_ends[place] = exponent
                break
    return _narrow_ends[place]
