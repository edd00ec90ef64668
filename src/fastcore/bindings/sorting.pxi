# The sorting family: lists by keys taken from their items, arrays row by row.

# list.sort is as fast up to here.
cdef enum:
    LIST_FEWEST = 48


# ---- lists ----


cdef enum Order:
    MIXED
    RISING
    FALLING
    UNKNOWN  # nothing can be said: not all floats, NaN among them, or not all 64-bit ints


cdef Order _list_keys(object items, bint descending, uint64_t *key) noexcept:
    """Write the keys of a list of nothing but floats or nothing but ints, and say what order they are in.

    With NULL for the keys, only say it, as soon as it is clear.
    """
    cdef PyObject **item = PySequence_Fast_ITEMS(items)
    cdef Py_ssize_t i, n = PyList_GET_SIZE(items)
    cdef uint64_t flip = ~<uint64_t>0 if descending else 0
    cdef uint64_t k, previous = 0
    cdef double value
    cdef long long number
    cdef int overflow
    cdef bint is_float = PyFloat_CheckExact(item[0])
    cdef bint is_rising = True, is_falling = True
    for i in range(n):
        if i + PREFETCH_AHEAD < n:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        if is_float:
            if not PyFloat_CheckExact(item[i]):
                return UNKNOWN
            value = PyFloat_AS_DOUBLE(item[i])
            if value != value:
                return UNKNOWN
            k = fc_float64_key(value) ^ flip
        else:
            if not PyLong_CheckExact(item[i]):
                return UNKNOWN
            number = _integer(item[i], &overflow)
            if overflow != 0:
                return UNKNOWN
            k = (<uint64_t>number ^ <uint64_t>1 << 63) ^ flip
        if i > 0:
            is_rising &= previous <= k
            is_falling &= previous > k
        if key != NULL:
            key[i] = k
        elif not (is_rising or is_falling):
            return MIXED
        previous = k
    return RISING if is_rising else FALLING if is_falling else MIXED


cdef bint _sort_list(list items, bint descending):
    """Sort a list in place; False, with nothing changed, where only list.sort knows how."""
    cdef Py_ssize_t i, n = PyList_GET_SIZE(items)
    cdef uint64_t *key
    cdef PyObject **item
    cdef PyObject **ordered
    cdef PyObject *swap
    cdef Order order
    if n < LIST_FEWEST:
        return False
    with cython.critical_section(items):
        order = _list_keys(items, descending, NULL)
        if order == FALLING:
            item = PySequence_Fast_ITEMS(items)
            for i in range(n // 2):
                swap = item[i]
                item[i] = item[n - 1 - i]
                item[n - 1 - i] = swap
    if order != MIXED:
        return order != UNKNOWN
    key = <uint64_t *>PyMem_RawMalloc(n * sizeof(uint64_t) + fc_argsort_scratch_size(n))
    if key == NULL:
        return False
    with cython.critical_section(items):
        order = _list_keys(items, descending, key) if PyList_GET_SIZE(items) == n else UNKNOWN
        if order != UNKNOWN:
            fc_sorting.argsort_keys(key, n, key + n)
            item = PySequence_Fast_ITEMS(items)
            ordered = <PyObject **>(key + n)
            for i in range(n):
                ordered[i] = item[key[i]]
            memcpy(item, ordered, n * sizeof(PyObject *))
    PyMem_RawFree(key)
    return order != UNKNOWN


cdef list _argsort_list(list items, bint descending):
    """The order of a list; None where only `sorted` knows it."""
    cdef Py_ssize_t i, n = PyList_GET_SIZE(items)
    cdef uint64_t *key
    cdef list order = None
    if n < LIST_FEWEST:
        return None
    key = <uint64_t *>PyMem_RawMalloc(n * sizeof(uint64_t) + fc_argsort_scratch_size(n))
    if key == NULL:
        return None
    try:
        if _list_keys(items, descending, key) != UNKNOWN:
            fc_sorting.argsort_keys(key, n, key + n)
            order = [<Py_ssize_t>key[i] for i in range(n)]
    finally:
        PyMem_RawFree(key)
    return order


# ---- arrays ----


cdef int _sort_rows(int kind, const char *x, Py_ssize_t rows, Py_ssize_t n, bint descending, char *out) except -1:
    """Sort rows of n elements that lie one after the other; `out` may be x."""
    cdef size_t size = n * fc_kind_size(kind)
    cdef bint in_place = x == out
    cdef Py_ssize_t row
    cdef char *copy = NULL
    cdef char *scratch = NULL
    cdef const char *source
    try:
        scratch = <char *>_allocate(fc_sort_scratch_size(kind, n))
        if in_place and _is_float_kind(kind):
            copy = <char *>_allocate(size)
        for row in range(rows):
            with nogil:
                source = x + row * size
                if copy != NULL and fc_sorting.has_ties(kind, source, n):
                    memcpy(copy, source, size)
                    source = copy
                fc_sorting.sort(kind, source, n, out + row * size, scratch)
                _mend_row(kind, source, n, descending, out + row * size)
            PyErr_CheckSignals()
    finally:
        PyMem_RawFree(scratch)
        PyMem_RawFree(copy)
    return 0


cdef inline void _mend_row(int kind, const void *x, size_t n, bint descending, void *out) noexcept nogil:
    """Make an ascending sort by value stable to the bit, and turn it if asked."""
    if _is_float_kind(kind) and x != out and fc_sorting.has_ties(kind, x, n):
        fc_sorting.restore_ties(kind, x, n, out)
    if descending:
        fc_sorting.reverse(kind, out, n)


cdef inline bint _is_last_axis(object a, object axis) except -1:
    """Whether an axis argument names the last of an array's axes, as the default does."""
    return type(axis) is int and (axis == -1 or axis == FC_NDIM(<PyObject *>a) - 1)


cdef object _sort_ndarray(object a, object axis, bint descending, object out):
    cdef bint is_plain = _is_last_axis(a, axis) and FC_IS_CARRAY(<PyObject *>a) and PyArray_CheckExact(a)
    cdef int kind = _kind_of_ndarray(a)
    if is_plain and out is None:
        result = PyArray_EMPTY(FC_NDIM(<PyObject *>a), FC_DIMS(<PyObject *>a), _type_of_kind[kind], 0)
        _sort_plain(a, kind, descending, result)
        return result
    if is_plain and out is a and FC_IS_WRITEABLE(<PyObject *>a):
        _sort_plain(a, kind, descending, a)
        return a
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
    _sort_plain(result, kind, descending, result)
    if axis is not None:
        result = numpy.moveaxis(result, -1, position)
    if out is None:
        return result if a.dtype.isnative else result.astype(a.dtype)
    return _store(out, result)


cdef int _sort_plain(object a, int kind, bint descending, object out) except -1:
    """Sort the rows of a plain ndarray into another, or in place."""
    cdef const char *x = <const char *>FC_DATA(<PyObject *>a)
    cdef char *target = <char *>FC_DATA(<PyObject *>out)
    cdef Py_ssize_t n = FC_DIMS(<PyObject *>a)[FC_NDIM(<PyObject *>a) - 1]
    cdef Py_ssize_t total = FC_SIZE(<PyObject *>a), row
    cdef size_t size = fc_kind_size(kind)
    if total == 0:
        return 0
    if not _prefers_numpy(kind):
        return _sort_rows(kind, x, total // n, n, descending, target)
    if x != target:
        memcpy(target, x, total * size)
    elif _is_float_kind(kind) and fc_sorting.has_ties(kind, x, total):
        # What is overwritten is kept only if ties need it.
        kept = PyBytes_FromStringAndSize(x, total * size)
        x = PyBytes_AS_STRING(kept)
    FC_SORT(out)
    for row in range(total // n):
        _mend_row(kind, x + row * n * size, n, descending, target + row * n * size)
    return 0


cdef inline bint _prefers_numpy(int kind) noexcept nogil:
    """NumPy's vector sorts are ahead of the loops here from 16 bits up (2 to 3 times at 10^5), but for half floats."""
    return fc_kind_size(kind) > 1 and kind != FC_FLOAT16


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


def sort(a, *, axis=-1, descending=False, out=None):
    cdef Source source
    cdef bint is_descending = descending if type(descending) is bool else _arguments.flag(
        "sort", "'descending'", descending)
    if PyList_CheckExact(a) and out is a:
        _pure_sorting.check_list_axis("sort", axis)
        if not _sort_list(a, is_descending):
            (<list>a).sort(reverse=is_descending)
        return a
    if not _is_sequence(a) and type(a) is not range:
        if _is_ndarray(a):
            if _kind_of_ndarray(a) < 0 or hasattr(a, "mask") or FC_NDIM(<PyObject *>a) == 0:
                return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
            return _sort_ndarray(a, axis, is_descending, out)
        owner = _open_array(a, &source)
        if owner is not None and not _is_ndarray(owner) and owner.ndim == 1:
            if axis is not None:
                _arguments.axis("sort", axis, 1)
            result = _sort_buffer(owner, &source, is_descending, out)
            if result is not None:
                return result
            return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
        converted = _arguments.as_ndarray(a)
        if converted is not a:
            return sort(converted, axis=axis, descending=is_descending, out=out)
        if owner is not None or _needs_twin(a):
            return _pure_sorting.sort(a, axis=axis, descending=is_descending, out=out)
    if axis != -1:
        _pure_sorting.check_list_axis("sort", axis)
    cdef list items = list(a)
    if out is not None:
        _pure_sorting.check_list_out("sort", out, len(items))
    if not _sort_list(items, is_descending):
        items.sort(reverse=is_descending)
    if out is None:
        return items
    out[:] = items
    return out


def argsort(a, *, axis=-1, descending=False):
    cdef Source source
    cdef bint is_descending = descending if type(descending) is bool else _arguments.flag(
        "argsort", "'descending'", descending)
    if not _is_sequence(a) and type(a) is not range:
        if _is_ndarray(a):
            if (_kind_of_ndarray(a) < 0 or hasattr(a, "mask") or FC_NDIM(<PyObject *>a) == 0
                    or a.size > FC_SORT_MOST):
                return _pure_sorting.argsort(a, axis=axis, descending=is_descending)
            return _argsort_ndarray(a, axis, is_descending)
        owner = _open_array(a, &source)
        if owner is not None and not _is_ndarray(owner) and owner.ndim == 1 and source.data != NULL:
            if axis is not None:
                _arguments.axis("argsort", axis, 1)
            result = array("q", [0]) * source.n
            if source.n > 0:
                _argsort_into(result, &source, is_descending)
            return result
        converted = _arguments.as_ndarray(a)
        if converted is not a:
            return argsort(converted, axis=axis, descending=is_descending)
        if owner is not None or _needs_twin(a):
            return _pure_sorting.argsort(a, axis=axis, descending=is_descending)
    if axis != -1:
        _pure_sorting.check_list_axis("argsort", axis)
    cdef list items = a if PyList_CheckExact(a) else list(a)
    order = _argsort_list(items, is_descending)
    if order is None:
        order = sorted(range(len(items)), key=items.__getitem__, reverse=is_descending)
    return order


cdef int _argsort_rows(int kind, const char *x, Py_ssize_t rows, Py_ssize_t n, bint descending,
                       int64_t *out) except -1:
    cdef char *scratch = <char *>_allocate(fc_argsort_scratch_size(n))
    cdef Py_ssize_t row
    try:
        for row in range(rows):
            with nogil:
                fc_sorting.argsort(kind, x + row * n * fc_kind_size(kind), n, descending, out + row * n, scratch)
            PyErr_CheckSignals()
    finally:
        PyMem_RawFree(scratch)
    return 0


cdef int _argsort_into(long long[::1] out, Source *source, bint descending) except -1:
    return _argsort_rows(source.kind, source.data, 1, source.n, descending, <int64_t *>&out[0])


cdef object _argsort_ndarray(object a, object axis, bint descending):
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
                      <int64_t *>FC_DATA(<PyObject *>result))
    if position == FC_NDIM(<PyObject *>flat) - 1:
        return result
    return sys.modules["numpy"].moveaxis(result, -1, position)
