# The joins family: join, join_rows, join_to.

def join(values, sep=""):
    cdef Source source
    cdef char[SMALL_TEXT] small
    cdef Text text
    _start_text(&text, small)
    if not _open_separator(&text, sep):
        return _pure_joins.join(values, sep)
    try:
        if _is_sequence(values):
            return _join_sequence(values, sep, &text)
        if type(values) is range:
            if not _append_whole_range(&text, values):
                return _pure_joins.join(values, sep)
            return _finish(&text)
        owner = _open_numbers(values, &source, &text)
        if owner is not None:
            if getattr(values, "ndim", 1) != 1:
                return _pure_joins.join(values, sep)
            if (source.n >= IN_PLACE_FROM and text.is_ascii and not text.is_bytes
                    and text.separator_size < 1024):
                return _join_in_place(owner, &source, &text)
            _walk(owner, &source, _append_elements, &text)
            return _finish(&text)
        if _needs_twin(values):
            return _pure_joins.join(values, sep)
        _append_iterable(&text, values)
        return _finish(&text)
    finally:
        PyMem_RawFree(text.heap)


cdef int _append_iterable(Text *text, object values) except -1:
    """Append what an iterable yields."""
    cdef list items
    iterator = iter(values)
    while True:
        items = _next_items(iterator, CHUNK, PY_SSIZE_T_MAX)
        _append_items(text, items, 0, <size_t>PY_SSIZE_T_MAX)
        if PyList_GET_SIZE(items) < CHUNK:
            return 0
        PyErr_CheckSignals()


cdef bint _is_narrow(object numbers) except -1:
    """Whether the numbers of a range that has some, and its step, have 64 bits."""
    return _fits(numbers[0]) and _fits(numbers[len(numbers) - 1]) and _fits(numbers.step)


cdef bint _append_whole_range(Text *text, object numbers) except -1:
    """Append a range of 64-bit integers; False if it is of others."""
    cdef object n = len(numbers) if numbers else 0
    if n > 0:
        if not _is_narrow(numbers):
            return False
        _append_range(text, numbers[0], numbers.step, n)
    return True


def join_rows(rows, sep=",", newline="\n"):
    cdef Source source
    cdef char[SMALL_TEXT] small
    cdef Text text, end
    cdef Py_ssize_t number, columns, count
    cdef size_t before
    _start_text(&text, small)
    if not _open_separator(&text, sep) or not _open_separator(&end, newline) or text.is_bytes != end.is_bytes:
        return _pure_joins.join_rows(rows, sep, newline)
    checked = rows
    if not (_is_ndarray(rows) and PyArray_CheckExact(rows) and FC_NDIM(<PyObject *>rows) == 2):
        checked = _pure_joins.check_rows(rows, sep, newline)
    text.is_ascii &= end.is_ascii
    try:
        owner = _open_numbers(checked, &source, &text) if _is_ndarray(checked) else None
        if owner is not None and source.data != NULL:
            count = FC_DIMS(<PyObject *>checked)[0]
            columns = FC_DIMS(<PyObject *>checked)[1]
            with nogil:
                for number in range(count):
                    before = text.end - text.start
                    _append_elements(&text, source.kind, source.data + number * columns * fc_kind_size(source.kind),
                                     columns)
                    if text.failed or not _end_row(&text, &end, before):
                        break
                    if number % 1024 == 0:
                        with gil:
                            PyErr_CheckSignals()
            return _finish_rows(&text, &end)
        number = 0
        for row in checked:
            before = text.end - text.start
            if not _is_sequence(row):
                row = _pure_joins.check_row(row, number)
            _append_row(&text, row)
            if not _end_row(&text, &end, before):
                raise MemoryError
            number += 1
            if number % 1024 == 0:
                PyErr_CheckSignals()
        return _finish_rows(&text, &end)
    finally:
        PyMem_RawFree(text.heap)


cdef bint _end_row(Text *text, Text *newline, size_t before) noexcept nogil:
    """Put the newline in place of the last separator of a row, which started at `before`."""
    if <size_t>(text.end - text.start) > before:
        text.end -= text.separator_size
    if not _reserve(text, newline.separator_size):
        return False
    memcpy(text.end, newline.separator, newline.separator_size)
    text.end += newline.separator_size
    return True


cdef object _finish_rows(Text *text, Text *newline):
    cdef Py_ssize_t size = text.end - text.start
    if text.failed:
        raise MemoryError
    return _text_of(text, size - newline.separator_size if size > 0 else 0)


cdef int _append_row(Text *text, object row) except -1:
    """Append the values of a row."""
    cdef Source source
    text.narrow_end = 0
    if not _is_sequence(row):
        owner = _open_numbers(row, &source, text)
        if owner is not None:
            _walk(owner, &source, _append_elements, text)
            return 0
        if type(row) is range and _append_whole_range(text, row):
            return 0
        _append_iterable(text, row)
        return 0
    _append_items(text, row, 0, <size_t>PY_SSIZE_T_MAX)
    return 0


def join_to(file, values, sep="", *, chunk=65536):
    cdef char[SMALL_TEXT] small
    cdef Source source
    cdef Text text
    cdef Sink sink = Sink()
    sink.writer, checked, size = _pure_joins.check_join_to(file, values, sep, chunk)
    _start_text(&text, small)
    if not _open_separator(&text, sep):
        return _pure_joins.join_to(file, values, sep, chunk=chunk)
    text.is_bytes = not sink.writer.is_text
    sink.chunk = builtins.min(size, PY_SSIZE_T_MAX)
    try:
        with sink.writer:
            sink.takes_views = sink.writer.takes_views
            owner = _open_numbers(checked, &source, &text)
            if owner is not None and source.data != NULL:
                _write_elements(sink, &text, &source)
            elif owner is not None:
                # Strided: in parts that are copied side by side.
                for first in range(0, source.n, CHUNK):
                    _write_part(sink, &text, checked[first:first + CHUNK])
            elif _is_sequence(checked):
                _write_items(sink, &text, checked)
            elif type(checked) is range and checked and _is_narrow(checked):
                for first in range(0, len(checked), CHUNK):
                    part = checked[first:first + CHUNK]
                    _append_range(&text, part[0], part.step, len(part))
                    sink.take(&text, len(part))
            else:
                iterator = iter(checked)
                while True:
                    part = _next_items(iterator, TEXT_RUN, sink.chunk)
                    if not part:
                        break
                    _write_items(sink, &text, part)
            sink.flush(&text)
        return sink.count
    finally:
        PyMem_RawFree(text.heap)


@cython.final
@cython.internal
cdef class Sink:
    """Where the text of join_to goes, and how many values are in it."""
    cdef object writer
    cdef Py_ssize_t chunk
    cdef Py_ssize_t count    # of all values so far
    cdef Py_ssize_t written  # of those that the file has
    cdef bint takes_views

    cdef int take(self, Text *text, Py_ssize_t count) except -1:
        """Count the values that were appended, and write when there are enough."""
        self.count += count
        if text.failed:
            raise MemoryError
        if text.end - text.start >= self.chunk:
            self.flush(text)
            PyErr_CheckSignals()
        return 0

    cdef int flush(self, Text *text) except -1:
        """Write the text but its last separator, which stays for the values to come."""
        cdef Py_ssize_t size = text.end - text.start - text.separator_size
        if self.count == self.written:
            return 0
        if self.takes_views:
            data = PyMemoryView_FromMemory(text.start, size, PyBUF_READ)
        else:
            data = _text_of(text, size)
        self.writer.write(data, self.count - self.written)
        self.written = self.count
        memmove(text.start, text.start + size, text.separator_size)
        text.end = text.start + text.separator_size
        return 0


cdef int _write_elements(Sink sink, Text *text, Source *source) except -1:
    """Write an array whose elements lie side by side."""
    cdef Py_ssize_t first = 0, count, width = fc_kind_size(source.kind)
    # About as many as fill a chunk.
    cdef Py_ssize_t step = 1 + sink.chunk // <Py_ssize_t>(FC_FLOAT_WIDTH + text.separator_size)
    while first < source.n:
        count = min_size(min_size(step, CHUNK), source.n - first)
        with nogil:
            _append_elements(text, source.kind, source.data + first * width, count)
        first += count
        sink.take(text, count)
    return 0


cdef int _write_part(Sink sink, Text *text, object part) except -1:
    """Write a part of a strided array."""
    cdef Source source
    if not _is_ndarray(part):  # a memoryview
        return _write_items(sink, text, part.tolist())
    owner = _open_numbers(part.copy(), &source, text)
    _write_elements(sink, text, &source)
    return 0


cdef int _write_items(Sink sink, Text *text, object sequence) except -1:
    """Write a list or tuple."""
    cdef Py_ssize_t done = 0, before
    while done < _length(sequence):
        before = done
        # After the separator that was left.
        done = _append_items(text, sequence, done, <size_t>sink.chunk + text.separator_size)
        sink.take(text, done - before)
    return 0


cdef list _next_items(object iterator, Py_ssize_t count, Py_ssize_t most):
    """The next items of an iterator, up to `count`, and no more strings than have `most` characters or bytes."""
    cdef list items = []
    cdef Py_ssize_t size = 0
    for item in iterator:
        items.append(item)
        count -= 1
        if PyUnicode_Check(item):
            size += FC_TEXT_LENGTH(<PyObject *>item)
        elif PyBytes_Check(item):
            size += len(<bytes>item)
        if count == 0 or size >= most:
            break
    return items
