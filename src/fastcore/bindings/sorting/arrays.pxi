# Sorting, of arrays: rows that lie side by side go to the loops, every other layout through a copy of that form.

cdef enum:
    # Fewer elements are sorted by one thread.
    SORT_THREADS_FROM = 131072


cdef int _give_room(fc_room *room, size_t wanted) except -1:
    """Answer a loop that asks for more scratch; if there is none, it is told so, and MemoryError if it asks again."""
    if room.is_last:
        raise MemoryError
    PyMem_RawFree(room.scratch)
    room.scratch = PyMem_RawMalloc(wanted)
    room.capacity = wanted if room.scratch != NULL else 0
    room.is_last = room.scratch == NULL
    return 0


cdef int _sort_rows(int kind, const char *x, Py_ssize_t rows, Py_ssize_t n, bint descending, char *out) except -1:
    """Sort rows of n elements that lie one after the other; `out` may be x."""
    cdef size_t size = n * fc_kind_size(kind), wanted
    cdef Py_ssize_t row = 0
    cdef fc_room room
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        while row < rows:
            if rows * n < RELEASE_FROM:
                wanted = _sort_some(kind, x, &row, rows, n, size, descending, out, &room)
            else:
                with nogil:
                    wanted = _sort_some(kind, x, &row, rows, n, size, descending, out, &room)
                PyErr_CheckSignals()
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(room.scratch)
    return 0


cdef size_t _sort_some(int kind, const char *x, Py_ssize_t *row, Py_ssize_t rows, Py_ssize_t n, size_t size,
                       bint descending, char *out, fc_room *room) noexcept nogil:
    """Sort rows until one asks for room, or until it is time to look for Ctrl-C."""
    cdef size_t wanted
    cdef Py_ssize_t left = 1 + SIGNAL_EVERY // (n + 1)
    while row[0] < rows and left > 0:
        wanted = fc_values.sort(kind, x + row[0] * size, n, descending, out + row[0] * size, room)
        if wanted > 0:
            return wanted
        row[0] += 1
        left -= 1
    return 0


# ---- threads ----


@cython.final
cdef class _Pieces:
    """An array of keys that is cut into pieces, none of which has a key above those of the next."""

    cdef char *keys
    cdef int kind
    cdef bint is_cutting
    cdef fc_packing *packing  # if the keys are words of an order
    cdef list starts  # of each piece, and the end of the last
    cdef list cuts

    def __call__(self, Py_ssize_t number):
        cdef Py_ssize_t start = self.starts[number]
        cdef size_t n = self.starts[number + 1] - start, size = fc_kind_size(self.kind), cut = 0
        cdef char *piece = self.keys + start * size
        if self.is_cutting:
            if n >= SORT_THREADS_FROM // 4:
                with nogil:
                    cut = fc_words.split_32(<int32_t *>piece, n) if size == 4 else fc_words.split_64(
                        <int64_t *>piece, n)
            self.cuts[number] = start + cut
        else:
            _sort_piece(self.kind, piece, n, self.packing)


cdef int _sort_piece(int kind, char *piece, size_t n, fc_packing *packing) except -1:
    cdef fc_room room
    cdef size_t wanted = 1
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        while wanted > 0:
            with nogil:
                if packing == NULL:
                    wanted = fc_values.sort_keys(kind, piece, n, &room)
                else:
                    # Cutting has left nothing in the order of the indices.
                    wanted = fc_words.sort_64(<int64_t *>piece, n, 0, 0, 0,
                                              packing.index_width + packing.width - packing.lost, &room)
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(room.scratch)
    return 0


cdef int _sort_pieces(int kind, char *keys, Py_ssize_t n, fc_packing *packing, int threads) except -1:
    """Sort keys by threads: cut them until there are more pieces than threads, then sort these, the longest first."""
    cdef _Pieces pieces = _Pieces.__new__(_Pieces)
    pieces.keys = keys
    pieces.kind = kind
    pieces.packing = packing
    pieces.starts = [0, n]
    pieces.is_cutting = True
    while len(pieces.starts) <= 2 * threads:
        pieces.cuts = [None] * (len(pieces.starts) - 1)
        run_tasks(pieces, len(pieces.cuts), threads)
        starts = sorted({*pieces.starts, *pieces.cuts})
        if len(starts) == len(pieces.starts):
            break
        pieces.starts = starts
    pieces.is_cutting = False
    run_tasks(pieces, len(pieces.starts) - 1, threads)
    return 0


cdef bint _sort_threaded(int kind, const char *x, Py_ssize_t n, bint descending, char *out, int threads) except -1:
    """Sort one long row by threads; False, with nothing changed in x, if one thread does as well."""
    cdef int seen
    if fc_kind_size(kind) < 4:
        return False
    if fc_kind_size(kind) == 8 and fc_words.seems_in_runs_64(<const int64_t *>x, n):
        return False
    with nogil:
        seen = fc_values.map(kind, x, n, out)
        if seen != 0 and x == out:
            fc_values.map(kind, x, n, out)  # undoes itself
    if seen != 0:
        return False
    _sort_pieces(kind, out, n, NULL, threads)
    if descending:
        with nogil:
            fc_values.reverse(kind, out, n)
    return True


# ---- ndarrays and buffers ----


cdef inline bint _is_last_axis(object a, object axis) except -1:
    """Whether an axis argument names the last of an array's axes, as the default does."""
    return type(axis) is int and (axis == -1 or axis == FC_NDIM(<PyObject *>a) - 1)


cdef inline bint _is_apart_out(object out, int kind, object a) except -1:
    """Whether results of the shape of `a` can be written into `out` as they come, because it shares no memory."""
    return (
        PyArray_CheckExact(out) and FC_IS_CARRAY(<PyObject *>out) and _is_ready_out(out, kind, a.shape)
        and not sys.modules["numpy"].may_share_memory(a, out)
    )


cdef object _sort_ndarray(object a, object axis, bint descending, object out, int threads):
    cdef bint is_plain = _is_last_axis(a, axis) and FC_IS_CARRAY(<PyObject *>a) and PyArray_CheckExact(a)
    cdef int kind = _kind_of_ndarray(a)
    if is_plain and out is None:
        result = PyArray_EMPTY(FC_NDIM(<PyObject *>a), FC_DIMS(<PyObject *>a), _type_of_kind[kind], 0)
        _sort_plain(a, kind, descending, result, threads)
        return result
    if is_plain and ((out is a and FC_IS_WRITEABLE(<PyObject *>a)) or _is_apart_out(out, kind, a)):
        _sort_plain(a, kind, descending, out, threads)
        return out
    # Any other layout or target: through a copy with the axis last.
    numpy = sys.modules["numpy"]
    position, shape = 0, (a.size,)
    if axis is not None:
        position = _arguments.axis("sort", axis, a.ndim)
        shape = a.shape
    if out is not None and not _is_ready_out(out, kind, shape):
        _arguments.check_out("sort", out, _KIND_NAMES[kind], shape)
    moved = a.reshape(-1) if axis is None else numpy.moveaxis(a, position, -1)
    result = numpy.array(moved, dtype=_KIND_NAMES[kind], order="C", copy=True, subok=False)
    _sort_plain(result, kind, descending, result, threads)
    if axis is not None:
        result = numpy.moveaxis(result, -1, position)
    if out is None:
        return result if a.dtype.isnative else result.astype(a.dtype)
    return _store(out, result)


cdef int _sort_plain(object a, int kind, bint descending, object out, int threads) except -1:
    """Sort the rows of a plain ndarray into another, or in place."""
    cdef const char *x = <const char *>FC_DATA(<PyObject *>a)
    cdef char *target = <char *>FC_DATA(<PyObject *>out)
    cdef Py_ssize_t n = FC_DIMS(<PyObject *>a)[FC_NDIM(<PyObject *>a) - 1]
    cdef Py_ssize_t total = FC_SIZE(<PyObject *>a), row
    cdef size_t size = fc_kind_size(kind)
    if total == 0:
        return 0
    if threads > 1 and n == total and n >= SORT_THREADS_FROM:
        if _sort_threaded(kind, x, n, descending, target, threads):
            return 0
    if not fc_values.prefers_numpy(kind, x, n, total // n):
        return _sort_rows(kind, x, total // n, n, descending, target)
    if x != target:
        memcpy(target, x, total * size)
    FC_SORT(out)
    if descending:
        for row in range(total // n):
            fc_values.reverse(kind, target + row * n * size, n)
    return 0


cdef object _store(object out, object result):
    """Write a sorted ndarray into `out`, which has been checked."""
    if _is_ndarray(out):
        out[...] = result
        return out
    memoryview(out).cast("B")[:] = memoryview(sys.modules["numpy"].ascontiguousarray(result)).cast("B")
    return out


cdef object _sort_buffer(object owner, Source *source, bint descending, object out):
    """Sort a one-dimensional buffer that is no ndarray, into an array.array or `out`."""
    cdef Source target
    name = _KIND_NAMES[source.kind]
    if out is not None:
        _arguments.check_out("sort", out, name, (source.n,))
    if source.kind == FC_FLOAT16 or source.data == NULL:
        return None
    if out is not None:
        view = memoryview(out)
        if not view.c_contiguous or _is_ndarray(out):
            return None
        _open_buffer(out, &target)
        if target.data != source.data and _overlap(target.data, source):
            return None
        _sort_rows(source.kind, source.data, 1, source.n, descending, <char *>target.data)
        return out
    result = array(_arguments.ARRAY_CODES[name], [0]) * source.n
    if source.n > 0:
        _open_buffer(result, &target)
        _sort_rows(source.kind, source.data, 1, source.n, descending, <char *>target.data)
    return result


cdef bint _overlap(const char *data, Source *source) noexcept:
    cdef size_t size = source.n * fc_kind_size(source.kind)
    return data < source.data + size and source.data < data + size


# ---- orders ----


cdef int _argsort_rows(int kind, const char *x, Py_ssize_t rows, Py_ssize_t n, bint descending, int64_t *out,
                       int threads) except -1:
    cdef size_t size = n * fc_kind_size(kind), wanted
    cdef Py_ssize_t row = 0
    cdef fc_room room
    if threads > 1 and rows == 1 and n >= SORT_THREADS_FROM and fc_kind_size(kind) >= 4:
        return _argsort_threaded(kind, x, n, descending, out, threads)
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        while row < rows:
            if rows * n < RELEASE_FROM:
                wanted = _argsort_some(kind, x, &row, rows, n, size, descending, out, &room)
            else:
                with nogil:
                    wanted = _argsort_some(kind, x, &row, rows, n, size, descending, out, &room)
                PyErr_CheckSignals()
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(room.scratch)
    return 0


cdef size_t _argsort_some(int kind, const char *x, Py_ssize_t *row, Py_ssize_t rows, Py_ssize_t n, size_t size,
                          bint descending, int64_t *out, fc_room *room) noexcept nogil:
    cdef size_t wanted
    cdef Py_ssize_t left = 1 + SIGNAL_EVERY // (n + 1)
    while row[0] < rows and left > 0:
        wanted = fc_orders.argsort(kind, x + row[0] * size, n, descending, out + row[0] * n, room)
        if wanted > 0:
            return wanted
        row[0] += 1
        left -= 1
    return 0


cdef int _argsort_threaded(int kind, const char *x, Py_ssize_t n, bint descending, int64_t *out,
                           int threads) except -1:
    cdef fc_packing packing
    cdef bint is_done
    with nogil:
        is_done = fc_orders.pack(kind, x, n, descending, out, &packing)
    if is_done:
        return 0
    if fc_words.seems_in_runs_64(out, n):
        _sort_piece(FC_INT64, <char *>out, n, &packing)
    else:
        _sort_pieces(FC_INT64, <char *>out, n, &packing, threads)
    with nogil:
        fc_orders.unpack(kind, x, n, descending, out, &packing)
    return 0


cdef int _argsort_into(long long[::1] out, Source *source, bint descending, int threads) except -1:
    return _argsort_rows(source.kind, source.data, 1, source.n, descending, <int64_t *>&out[0], threads)


cdef object _argsort_ndarray(object a, object axis, bint descending, int threads):
    cdef Py_ssize_t rows, n, position
    cdef int kind = _kind_of_ndarray(a)
    if _is_last_axis(a, axis):
        position, flat = FC_NDIM(<PyObject *>a) - 1, a
    elif axis is None:
        position, flat = 0, a.reshape(-1)
    else:
        position = _arguments.axis("argsort", axis, a.ndim)
        flat = sys.modules["numpy"].moveaxis(a, position, -1)
    if not FC_IS_CARRAY(<PyObject *>flat):
        flat = sys.modules["numpy"].array(flat, dtype=_KIND_NAMES[kind], order="C", subok=False)
    result = PyArray_EMPTY(FC_NDIM(<PyObject *>flat), FC_DIMS(<PyObject *>flat), NPY_INT64, 0)
    n = FC_DIMS(<PyObject *>flat)[FC_NDIM(<PyObject *>flat) - 1]
    rows = FC_SIZE(<PyObject *>flat) // n if n > 0 else 0
    if rows > 0:
        _argsort_rows(kind, <const char *>FC_DATA(<PyObject *>flat), rows, n, descending,
                      <int64_t *>FC_DATA(<PyObject *>result), threads)
    if position == FC_NDIM(<PyObject *>flat) - 1:
        return result
    return sys.modules["numpy"].moveaxis(result, -1, position)


# ---- what is brought to numbers ----


cdef object _sort_times(object a, object axis, bint descending, object out, int threads):
    """datetime64 and timedelta64: NaT is the least integer; one less, it is the greatest, which is for rising order."""
    numpy = sys.modules["numpy"]
    native = a.astype(a.dtype.newbyteorder("="))
    numbers = native.view("int64")
    if out is not None:
        shape = (a.size,) if axis is None else a.shape
        _arguments.check_out("sort", out, _pure_sorting.kind_of(a), shape)
    if not descending:
        numbers -= 1
    result = _sort_ndarray(numbers, axis, descending, None, threads)
    if not descending:
        result += 1
    result = result.view(native.dtype)
    if out is None:
        return result if a.dtype.isnative else result.astype(a.dtype)
    return _store(out, result)


cdef object _argsort_times(object a, object axis, bint descending, int threads):
    numbers = a.astype(a.dtype.newbyteorder("=")).view("int64")
    if not descending:
        numbers -= 1
    return _argsort_ndarray(numbers, axis, descending, threads)


# ---- text ----


cdef object _order_text(object flat, bint descending):
    """The stable order of a flat ndarray of fixed-width str or bytes, side by side and in native order, as int64."""
    cdef Py_ssize_t n = len(flat), width = flat.dtype.itemsize, i
    cdef size_t wanted = 1
    cdef const char *data
    cdef const char *last
    cdef fc_text_order order
    cdef fc_text *text
    cdef fc_room room
    cdef int64_t *key
    cdef bint is_bytes = flat.dtype.kind == "S"
    cdef uint64_t mask = -1 if descending else 0
    numpy = sys.modules["numpy"]
    result = PyArray_EMPTY(1, &n, NPY_INT64, 0)
    if n == 0 or width == 0:
        result[...] = numpy.arange(n)
        return result
    if not is_bytes:
        codes = flat.view("uint32").reshape(n, -1)
        if codes.max() < 256:
            # Characters of one byte are of the same order as bytes.
            return _order_text(codes.astype("uint8").view(f"S{width // 4}").reshape(-1), descending)
    # The loops read the eight bytes before a string.
    padded = b"\0" * 8 + flat.tobytes()
    data = PyBytes_AS_STRING(padded) + 8
    key = <int64_t *>FC_DATA(<PyObject *>result)
    text = <fc_text *>_allocate(n * (sizeof(fc_text) + sizeof(int64_t)))
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        for i in range(n):
            last = data + (i + 1) * width
            text[i].data = data + i * width
            text[i].width = 1 if is_bytes else 4
            if is_bytes:
                while last > text[i].data and last[-1] == 0:
                    last -= 1
                text[i].length = last - <const char *>text[i].data
            else:
                while last > text[i].data and (<const uint32_t *>last)[-1] == 0:
                    last -= 4
                text[i].length = (last - <const char *>text[i].data) // 4
        order.flip = <int64_t>mask
        fc_texts.start(&order, text, 1)
        order.depth = 0
        fc_texts.keys(&order, text, 0, n, key)
        while wanted > 0:
            with nogil:
                wanted = fc_texts.argsort(&order, text, n, key, <int64_t *>(text + n), &room)
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(text)
        PyMem_RawFree(room.scratch)
    return result


cdef object _argsort_text(object a, object axis, bint descending):
    numpy = sys.modules["numpy"]
    native = numpy.asarray(a).astype(a.dtype.newbyteorder("="), order="C")
    if axis is None:
        return _order_text(native.reshape(-1), descending)
    position = _arguments.axis("argsort", axis, a.ndim)
    moved = numpy.ascontiguousarray(numpy.moveaxis(native, position, -1))
    orders = numpy.empty(moved.shape, dtype="int64")
    for where in numpy.ndindex(*moved.shape[:moved.ndim - 1]):
        orders[where] = _order_text(moved[where], descending)
    return numpy.moveaxis(orders, -1, position)


cdef object _sort_text(object a, object axis, bint descending, object out):
    numpy = sys.modules["numpy"]
    if out is not None:
        _arguments.check_out("sort", out, _pure_sorting.kind_of(a), (a.size,) if axis is None else a.shape)
    orders = _argsort_text(a, axis, descending)
    plain = numpy.asarray(a)
    result = plain.reshape(-1)[orders] if axis is None else numpy.take_along_axis(plain, orders, axis)
    return result if out is None else _store(out, result)
