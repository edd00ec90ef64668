# The joins family: lists, tuples and what else is gone through item by item.

cdef Py_ssize_t _append_items(Text *text, object sequence, Py_ssize_t first, size_t limit) except -1:
    """Append the items of a list or tuple from `first` on, until there are `limit` bytes; returns where it stopped.

    Runs of integers, floats and ASCII strings go through a block to the loops. Any other item is asked for its own
    text, whose code may change the list: as an iterator would, this goes on at the next index as long as there is one.
    """
    cdef Py_ssize_t i = first
    cdef PyObject *item
    with cython.critical_section(sequence):
        while i < _length(sequence) and <size_t>(text.end - text.start) < limit:
            item = _item(sequence, i)
            if PyFloat_CheckExact(item):
                i += _append_floats(text, sequence, i)
            elif PyLong_CheckExact(item):
                i += _append_integers(text, sequence, i)
            elif PyUnicode_CheckExact(item) and PyUnicode_IS_ASCII(item):
                i += _append_strings(text, sequence, i)
            else:
                if PyBool_Check(item):
                    if item == Py_True:
                        _append_bytes(text, <const char *>b"True", 4)
                    else:
                        _append_bytes(text, <const char *>b"False", 5)
                elif item == Py_None:
                    _append_bytes(text, <const char *>b"None", 4)
                else:
                    _append_object(text, <object>item)
                i += 1
            if text.failed:
                raise MemoryError
    return i


cdef Py_ssize_t _append_floats(Text *text, object sequence, Py_ssize_t first) noexcept:
    """Append the floats that start there, up to a block; returns how many."""
    cdef double[TEXT_RUN] block
    cdef Py_ssize_t i = 0, n = min_size(TEXT_RUN, _length(sequence) - first)
    cdef PyObject **item = _items(sequence) + first
    cdef Py_ssize_t ahead = _length(sequence) - first
    while i < n and PyFloat_CheckExact(item[i]):
        if i + PREFETCH_AHEAD < ahead:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        block[i] = PyFloat_AS_DOUBLE(item[i])
        i += 1
    _append_elements(text, FC_FLOAT64, block, i)
    return i


cdef Py_ssize_t _append_integers(Text *text, object sequence, Py_ssize_t first) except -1:
    """Append the integers that start there, up to a block or the first beyond 64 bits, and that; returns how many."""
    cdef int64_t[TEXT_RUN] block
    cdef Py_ssize_t i = 0, n = min_size(TEXT_RUN, _length(sequence) - first)
    cdef PyObject **item = _items(sequence) + first
    cdef Py_ssize_t ahead = _length(sequence) - first
    cdef int overflow = 0
    while i < n and PyLong_CheckExact(item[i]):
        if i + PREFETCH_AHEAD < ahead:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        block[i] = _integer(item[i], &overflow)
        if overflow != 0:
            break
        i += 1
    _append_elements(text, FC_INT64, block, i)
    if overflow != 0:
        _append_object(text, <object>item[i])
        i += 1
    return i


cdef Py_ssize_t _append_strings(Text *text, object sequence, Py_ssize_t first) except -1:
    """Append the ASCII strings that start there, up to a block; returns how many."""
    cdef fc_text[TEXT_RUN] block
    cdef Py_ssize_t i = 0, size = 0, n = min_size(TEXT_RUN, _length(sequence) - first)
    cdef PyObject **item = _items(sequence) + first
    cdef Py_ssize_t ahead = _length(sequence) - first
    while i < n and PyUnicode_CheckExact(item[i]) and PyUnicode_IS_ASCII(item[i]):
        if i + PREFETCH_AHEAD < ahead:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        block[i].data = FC_TEXT_DATA(item[i])
        block[i].length = FC_TEXT_LENGTH(item[i])
        size += block[i].length
        i += 1
    if size > PY_SSIZE_T_MAX // 4 or not _reserve(text, size + i * text.separator_size):
        raise MemoryError
    text.end = fc_string_text.strings(block, i, text.separator, text.separator_size, text.end)
    return i


cdef inline PyObject **_items(object sequence) noexcept:
    return PySequence_Fast_ITEMS(sequence)


cdef bint _is_wide_text(object sequence) noexcept:
    """Whether a list or tuple holds nothing but exact str, of which not all are ASCII: `str.join` serves it best."""
    cdef Py_ssize_t i, n = _length(sequence)
    # A look at both ends, not to go through what is no such list.
    if n == 0 or not _is_wide_piece(_item(sequence, 0)) and not _is_wide_piece(_item(sequence, n - 1)):
        return False
    for i in range(n):
        if not PyUnicode_CheckExact(_item(sequence, i)):
            return False
    return True


cdef inline bint _is_wide_piece(PyObject *item) noexcept:
    return PyUnicode_CheckExact(item) and not PyUnicode_IS_ASCII(item)


cdef object _join_sequence(object sequence, object sep, Text *text):
    """The text of a list or tuple."""
    cdef bint is_wide
    if not text.is_bytes:
        with cython.critical_section(sequence):
            is_wide = _is_wide_text(sequence)
        if is_wide:
            return sep.join(sequence)
    _append_items(text, sequence, 0, <size_t>PY_SSIZE_T_MAX)
    return _finish(text)
