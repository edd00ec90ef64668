# Sorting, where not all of the order is asked for: selection, search and sets. The loops take elements of 32 and 64
# bits that lie side by side; smaller ones are widened. Text, dates and other rarities go to the twins.


cdef enum:
    # Fewer elements are sorted rather than sampled.
    TOP_FROM = 256


cdef inline bint _open_row(object a, object axis, Source *source) except -1:
    """The short-cut: a plain array of one dimension along its only axis."""
    return type(axis) is int and axis == -1 and _open_plain(a, source) and FC_NDIM(<PyObject *>a) == 1


cdef object _as_flat(object a):
    """An ndarray of numbers as one dimension, side by side and in native order; None for any other."""
    if not _is_ndarray(a) or _kind_of_ndarray(a) < 0 or FC_NDIM(<PyObject *>a) == 0 or _is_masked(a):
        return None
    if FC_NDIM(<PyObject *>a) == 1 and PyArray_CheckExact(a) and FC_IS_CARRAY(<PyObject *>a):
        return a
    numpy = sys.modules["numpy"]
    kind = _KIND_NAMES[_kind_of_ndarray(a)]
    return numpy.require(numpy.asarray(a), dtype=kind, requirements=("C", "A")).reshape(-1)


cdef object _buffer_as_ndarray(object a):
    """A buffer of numbers in one dimension that is no ndarray, as one; None for anything else."""
    cdef Source source
    if _is_sequence(a) or _is_ndarray(a) or not PyObject_CheckBuffer(a) or hasattr(type(a), "__array__"):
        return None
    view = _open_buffer(a, &source)
    if view is None or memoryview(a).ndim != 1:
        return None
    import numpy
    _is_ndarray(a)  # binds it
    return numpy.asarray(memoryview(a))


cdef object _as_buffer(object result):
    """An ndarray as an array.array."""
    code = _arguments.ARRAY_CODES[result.dtype.name]
    return array(code, result.astype(code).tobytes())


cdef object _widened(object flat):
    """Elements below 32 bits as int32 or float32, exactly."""
    cdef int kind = _kind_of_ndarray(flat)
    if fc_kind_size(kind) >= 4:
        return flat
    with sys.modules["numpy"].errstate(invalid="ignore"):  # of signalling NaNs
        return flat.astype("float32" if kind == FC_FLOAT16 else "int32")


cdef object _rows_of(object a, Py_ssize_t position):
    """An ndarray of numbers with an axis last, side by side and in native order."""
    numpy = sys.modules["numpy"]
    moved = numpy.moveaxis(numpy.asarray(a), position, -1)
    return numpy.require(moved, dtype=_KIND_NAMES[_kind_of_ndarray(a)], requirements=("C", "A"))


cdef object _each_row(object a, Py_ssize_t position, Py_ssize_t length, object function):
    """The results, of one length, of a function of each row of an ndarray along an axis."""
    rows = _rows_of(a, position)
    flat = rows.reshape(-1, rows.shape[rows.ndim - 1])
    result = sys.modules["numpy"].empty((flat.shape[0], length), dtype=rows.dtype)
    for i in range(flat.shape[0]):
        result[i] = function(flat[i])
    result = sys.modules["numpy"].moveaxis(result.reshape(*rows.shape[:-1], length), -1, position)
    return result if a.dtype.isnative else result.astype(a.dtype)


cdef inline bint _has_rows(object a) except -1:
    """Whether an ndarray holds numbers in more than one dimension."""
    return (
        _is_ndarray(a) and _kind_of_ndarray(a) >= 0 and not _is_masked(a) and FC_NDIM(<PyObject *>a) > 1
        and FC_SIZE(<PyObject *>a) > 0
    )


# ---- selection ----


cdef object _top_of(object flat, Py_ssize_t k, bint is_largest):
    cdef Py_ssize_t n = FC_SIZE(<PyObject *>flat)
    cdef int kind = _kind_of_ndarray(flat)
    cdef char *candidates = NULL
    cdef Py_ssize_t count = 0
    cdef fc_room room
    if n >= TOP_FROM and k <= n // 4 and fc_kind_size(kind) >= 4:
        room.capacity = fc_selection.top_room(kind, n, k)
        room.scratch = PyMem_RawMalloc(room.capacity)
        room.is_last = True
        if room.scratch != NULL:
            with nogil:
                count = fc_selection.top_candidates(
                    kind, FC_DATA(<PyObject *>flat), n, k, is_largest, &candidates, &room)
            if count > 0:
                top = PyArray_EMPTY(1, &count, _type_of_kind[kind], 0)
                memcpy(FC_DATA(<PyObject *>top), candidates, count * fc_kind_size(kind))
            PyMem_RawFree(room.scratch)
    if count > 0:
        _sort_plain(top, kind, is_largest, top, 1)
    else:
        top = _sort_ndarray(flat, -1, is_largest, None, 1)
    result = PyArray_EMPTY(1, &k, _type_of_kind[kind], 0)
    memcpy(FC_DATA(<PyObject *>result), FC_DATA(<PyObject *>top), k * fc_kind_size(kind))
    return result


cdef list _candidates_of(list items, Py_ssize_t k, bint is_largest):
    """Items, in order, that the k largest or least are among: of long lists of floats or of ints, a few; else all."""
    cdef Py_ssize_t n = PyList_GET_SIZE(items), i
    cdef Py_ssize_t count = 0
    cdef int64_t *key
    cdef int64_t *candidate = NULL
    cdef int64_t limit
    cdef Order order = UNKNOWN
    cdef fc_room room
    cdef PyObject **item
    cdef list result
    if n < TOP_FROM or k > n // 4:
        return list(items)
    room.capacity = fc_selection.top_room(FC_INT64, n, k)
    room.scratch = _allocate(room.capacity + n * sizeof(int64_t))
    room.is_last = True
    key = <int64_t *>(<char *>room.scratch + room.capacity)
    try:
        with cython.critical_section(items):
            if PyList_GET_SIZE(items) != n:
                return list(items)
            item = PySequence_Fast_ITEMS(items)
            if PyFloat_CheckExact(item[0]):
                order = _float_keys(item, n, 0, key)
            elif PyLong_CheckExact(item[0]):
                order = _int_keys(item, n, 0, key)
            if order != UNKNOWN:
                count = fc_selection.top_candidates(FC_INT64, key, n, k, is_largest, &candidate, &room)
            if count == 0:
                return list(items)
            limit = candidate[0]
            for i in range(1, count):
                if (candidate[i] < limit) == is_largest:
                    limit = candidate[i]
            result = []
            for i in range(n):
                if (key[i] >= limit) if is_largest else (key[i] <= limit):
                    result.append(<object>item[i])
            return result
    finally:
        PyMem_RawFree(room.scratch)


def topk(a, k, *, axis=-1, largest=True):
    cdef bint is_largest = largest if type(largest) is bool else _arguments.flag("topk", "'largest'", largest)
    cdef Py_ssize_t count
    cdef Source source
    if type(k) is int and k >= 0 and _open_row(a, axis, &source):
        return _top_of(a, k if k < source.n else source.n, is_largest)
    cdef object wanted = _pure_sorting.check_count("topk", k)
    count = builtins.min(wanted, sys.maxsize)
    if PyList_CheckExact(a) or PyTuple_CheckExact(a):
        _pure_sorting.check_list_axis("topk", axis)
        items = _candidates_of(a if PyList_CheckExact(a) else list(a), count, is_largest)
        if not _sort_list(items, is_largest):
            items.sort(reverse=is_largest)
        del items[count:]
        return items
    if _has_rows(a) and axis is not None:
        position = _arguments.axis("topk", axis, a.ndim)
        count = min_size(count, a.shape[position])
        return _each_row(a, position, count, lambda row: _top_of(row, count, is_largest))
    flat = _as_flat(a)
    if flat is None and (axis is None or (type(axis) is int and axis == -1)):
        buffered = _buffer_as_ndarray(a)
        if buffered is not None:
            return _as_buffer(topk(buffered, k, largest=is_largest))
    if flat is None or (axis is not None and FC_NDIM(<PyObject *>a) != 1):
        return _pure_sorting.topk(a, k, axis=axis, largest=is_largest)
    if axis is not None:
        _arguments.axis("topk", axis, 1)
    result = _top_of(flat, min_size(count, FC_SIZE(<PyObject *>flat)), is_largest)
    return result if a.dtype.isnative else result.astype(a.dtype)


cdef int _select(int kind, const void *x, size_t n, size_t rank, size_t count, void *out) except -1:
    """Write the elements of one or two ranks; returns whether there are NaNs, and then they are not there."""
    cdef fc_room room
    cdef size_t wanted = 1
    cdef int seen = 0
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        while wanted > 0:
            if n < RELEASE_FROM:
                wanted = fc_selection.select(kind, x, n, rank, count, out, &seen, &room)
            else:
                with nogil:
                    wanted = fc_selection.select(kind, x, n, rank, count, out, &seen, &room)
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(room.scratch)
    return seen


cdef object _partition_by_masks(object flat, Py_ssize_t rank):
    """The parts where equal elements differ in their bits: zeros and NaNs."""
    numpy = sys.modules["numpy"]
    pivot = _sort_ndarray(flat, -1, False, None, 1)[rank]
    if pivot != pivot:
        is_less = flat == flat
        return numpy.concatenate([flat[is_less], flat[~is_less]])
    is_less, is_equal = flat < pivot, flat == pivot
    return numpy.concatenate([flat[is_less], flat[is_equal], flat[~(is_less | is_equal)]])


cdef object _partition_of(object flat, Py_ssize_t rank):
    cdef int kind
    cdef double pivot = 0
    cdef Py_ssize_t n = FC_SIZE(<PyObject *>flat)
    wide = _widened(flat)
    kind = _kind_of_ndarray(wide)
    if _select(kind, FC_DATA(<PyObject *>wide), n, rank, 1, &pivot):
        return _partition_by_masks(flat, rank)
    if _is_float_kind(kind) and _is_zero_element(kind, &pivot):
        return _partition_by_masks(flat, rank)
    result = PyArray_EMPTY(1, &n, _type_of_kind[kind], 0)
    with nogil:
        fc_selection.part(kind, FC_DATA(<PyObject *>wide), n, &pivot, FC_DATA(<PyObject *>result))
    return result if wide is flat else result.astype(flat.dtype)


cdef bint _is_zero_element(int kind, const void *element) noexcept nogil:
    return (<const float *>element)[0] == 0 if kind == FC_FLOAT32 else (<const double *>element)[0] == 0


def partition(a, k, *, axis=-1):
    cdef Source source
    if type(k) is int and _open_row(a, axis, &source) and -source.n <= k < source.n:
        return _partition_of(a, k if k >= 0 else k + source.n)
    if _has_rows(a) and axis is not None:
        position = _arguments.axis("partition", axis, a.ndim)
        rank = _pure_sorting.check_rank("partition", k, a.shape[position])
        return _each_row(a, position, a.shape[position], lambda row: _partition_of(row, rank))
    flat = _as_flat(a)
    if flat is None and (axis is None or (type(axis) is int and axis == -1)):
        buffered = _buffer_as_ndarray(a)
        if buffered is not None:
            return _as_buffer(partition(buffered, k))
    if flat is None or (axis is not None and FC_NDIM(<PyObject *>a) != 1):
        return _pure_sorting.partition(a, k, axis=axis)
    if axis is not None:
        _arguments.axis("partition", axis, 1)
    result = _partition_of(flat, _pure_sorting.check_rank("partition", k, len(flat)))
    return result if a.dtype.isnative else result.astype(a.dtype)


cdef double _middle(double a, double b) noexcept nogil:
    """The mean of two floats, rounded once: a sum that is subnormal is exact, and so is half of what is not."""
    cdef uint64_t mode = fc_enter_mode()
    cdef double sum = a + b, half = sum / 2 if sum != 0 else 0.0
    if sum - sum != 0 and a - a == 0 and b - b == 0:
        half = a / 2 + b / 2
    fc_leave_mode(mode)
    return half


cdef object _median_of(int kind, const void *x, Py_ssize_t n):
    """The median of n > 0 elements of 32 or 64 bits."""
    cdef size_t count = 2 - n % 2
    cdef int64_t[2] found
    cdef float *singles = <float *>found
    cdef double *doubles = <double *>found
    if _select(kind, x, n, (n - 1) // 2, count, found):
        return NAN
    if kind == FC_FLOAT64:
        return _middle(doubles[0], doubles[count - 1])
    if kind == FC_FLOAT32:
        return _middle(singles[0], singles[count - 1])
    if kind == FC_INT32:
        return ((<int32_t *>found)[0] + <object>(<int32_t *>found)[count - 1]) / 2
    if kind == FC_UINT32:
        return ((<uint32_t *>found)[0] + <object>(<uint32_t *>found)[count - 1]) / 2
    if kind == FC_UINT64:
        return ((<uint64_t *>found)[0] + <object>(<uint64_t *>found)[count - 1]) / 2
    return (found[0] + <object>found[count - 1]) / 2


cdef object _median_of_list(list items):
    """The median of a list of exact floats, without NaN, or of ints of 64 bits; None for any other."""
    cdef Py_ssize_t n = PyList_GET_SIZE(items), i
    cdef int64_t *key
    cdef PyObject **item
    cdef Order order = UNKNOWN
    if n == 0:
        return None
    key = <int64_t *>_allocate(n * sizeof(int64_t))
    try:
        with cython.critical_section(items):
            if PyList_GET_SIZE(items) == n:
                item = PySequence_Fast_ITEMS(items)
                if PyFloat_CheckExact(item[0]):
                    order = _float_keys(item, n, 0, key)
                    # The keys undo themselves.
                    for i in range(n if order != UNKNOWN else 0):
                        key[i] = fc_key_bits(key[i])
                    return None if order == UNKNOWN else _median_of(FC_FLOAT64, key, n)
                if PyLong_CheckExact(item[0]):
                    order = _int_keys(item, n, 0, key)
        return None if order == UNKNOWN else _median_of(FC_INT64, key, n)
    finally:
        PyMem_RawFree(key)


def median(a, *, axis=None):
    if axis is None:
        flat = _as_flat(a)
        if flat is not None and FC_SIZE(<PyObject *>flat) > 0:
            flat = _widened(flat)
            return _median_of(_kind_of_ndarray(flat), FC_DATA(<PyObject *>flat), FC_SIZE(<PyObject *>flat))
        if PyList_CheckExact(a):
            result = _median_of_list(a)
            if result is not None:
                return result
        buffered = _buffer_as_ndarray(a)
        if buffered is not None and len(buffered) > 0:
            return median(buffered)
    elif _has_rows(a):
        position = _arguments.axis("median", axis, a.ndim)
        rows = _widened(_rows_of(a, position))
        flat = rows.reshape(-1, rows.shape[rows.ndim - 1])
        medians = [_median_of_row(row) for row in flat]
        return sys.modules["numpy"].array(medians, dtype="float64").reshape(rows.shape[:-1])
    return _pure_sorting.median(a, axis=axis)


cdef object _median_of_row(object row):
    return _median_of(_kind_of_ndarray(row), FC_DATA(<PyObject *>row), FC_SIZE(<PyObject *>row))


# ---- sets ----


cdef object _unique_of(object flat, bint counts, bint inverse):
    """The distinct elements of a flat array, and what else was asked for, in a list."""
    cdef Py_ssize_t n = FC_SIZE(<PyObject *>flat), count, i, group
    cdef int kind
    cdef int64_t *starts = NULL
    cdef int64_t *tally
    cdef int64_t *place
    cdef const int64_t *order
    wide = _widened(flat)
    kind = _kind_of_ndarray(wide)
    result = []
    if inverse:
        indices = _argsort_ndarray(wide, -1, False, 1)
        ordered = wide[indices]
    else:
        ordered = _sort_ndarray(wide, -1, False, None, 1)
    if counts or inverse:
        starts = <int64_t *>_allocate((n + 1) * sizeof(int64_t))
    try:
        with nogil:
            count = fc_selection.distinct(
                kind, FC_DATA(<PyObject *>ordered), n, FC_DATA(<PyObject *>ordered), starts)
        values = ordered[:count].copy()
        result.append(values if wide is flat else values.astype(flat.dtype))
        if starts != NULL:
            starts[count] = n
        if inverse:
            places = PyArray_EMPTY(1, &n, NPY_INT64, 0)
            order = <const int64_t *>FC_DATA(<PyObject *>indices)
            place = <int64_t *>FC_DATA(<PyObject *>places)
            with nogil:
                for group in range(count):
                    for i in range(starts[group], starts[group + 1]):
                        place[order[i]] = group
            result.append(places)
        if counts:
            tallies = PyArray_EMPTY(1, &count, NPY_INT64, 0)
            tally = <int64_t *>FC_DATA(<PyObject *>tallies)
            for group in range(count):
                tally[group] = starts[group + 1] - starts[group]
            result.append(tallies)
    finally:
        PyMem_RawFree(starts)
    return result


cdef list _unique_of_list(list items):
    """The first of each group of equals; `items` is a new list."""
    cdef Py_ssize_t i, n
    cdef list result = []
    if not _sort_list(items, False):
        items.sort()
    n = PyList_GET_SIZE(items)
    for i in range(n):
        value = items[i]
        if i == 0 or PyObject_RichCompareBool(result[len(result) - 1], value, Py_LT):
            result.append(value)
    return result


def unique(a, *, counts=False, inverse=False):
    cdef bint with_counts = counts if type(counts) is bool else _arguments.flag("unique", "'counts'", counts)
    cdef bint with_inverse = inverse if type(inverse) is bool else _arguments.flag("unique", "'inverse'", inverse)
    if PyList_CheckExact(a) and not with_counts and not with_inverse:
        return _unique_of_list(list(a))
    flat = _as_flat(a)
    if flat is None:
        buffered = _buffer_as_ndarray(a)
        if buffered is not None:
            result = _unique_of(_as_flat(buffered), with_counts, with_inverse)
            return tuple([_as_buffer(part) for part in result]) if len(result) > 1 else _as_buffer(result[0])
    if flat is None or FC_SIZE(<PyObject *>flat) > FC_ORDER_MOST:
        return _pure_sorting.unique(a, counts=with_counts, inverse=with_inverse)
    result = _unique_of(flat, with_counts, with_inverse)
    if not a.dtype.isnative:
        result[0] = result[0].astype(a.dtype)
    if with_inverse:
        result[1] = result[1].reshape(a.shape)
    return tuple(result) if len(result) > 1 else result[0]


cdef object _common_kind(object a, object b):
    """The dtype of 32 or 64 bits that holds the elements of two arrays of numbers exactly; None if there is none."""
    numpy = sys.modules["numpy"]
    common = numpy.result_type(a.dtype, b.dtype)
    for dtype in (a.dtype, b.dtype):
        if common.kind == "f" and dtype.kind in "iu" and dtype.itemsize * 8 > numpy.finfo(common).nmant + 1:
            return None
    if common.itemsize < 4:
        common = numpy.dtype("float32" if common.kind == "f" else "int32")
    return common.newbyteorder("=") if _KINDS.get(common.name) is not None else None


cdef object _search_in(object a, object v, bint is_right):
    """Where the elements of one flat array go in another, or None."""
    cdef int kind = _kind_of_ndarray(a)
    cdef Py_ssize_t m = FC_SIZE(<PyObject *>v)
    if kind != _kind_of_ndarray(v) or fc_kind_size(kind) < 4:
        common = _common_kind(a, v)
        if common is None:
            return None
        with sys.modules["numpy"].errstate(invalid="ignore"):  # of signalling NaNs
            a, v = a.astype(common, copy=False), v.astype(common, copy=False)
        kind = _kind_of_ndarray(a)
    result = PyArray_EMPTY(1, &m, NPY_INT64, 0)
    if m * 32 < RELEASE_FROM:
        _search(kind, FC_DATA(<PyObject *>a), FC_SIZE(<PyObject *>a), FC_DATA(<PyObject *>v), m, is_right,
                <int64_t *>FC_DATA(<PyObject *>result))
    else:
        with nogil:
            _search(kind, FC_DATA(<PyObject *>a), FC_SIZE(<PyObject *>a), FC_DATA(<PyObject *>v), m, is_right,
                    <int64_t *>FC_DATA(<PyObject *>result))
    return result


cdef void _search(int kind, const void *a, size_t n, const void *v, size_t m, bint is_right,
                  int64_t *out) noexcept nogil:
    """In the default floating-point mode: in others, subnormals may compare as zeros."""
    cdef uint64_t mode = fc_enter_mode()
    fc_selection.search(kind, a, n, v, m, is_right, out)
    fc_leave_mode(mode)


cdef object _search_number(object a, object v, bint is_right):
    """Where an exact int or float goes in a flat array; None where that takes more thought."""
    cdef int kind = _kind_of_ndarray(a)
    cdef double real = 0
    cdef float single
    cdef uint64_t bits  # of an integer; the lower half is that of a shorter one
    if _is_float_kind(kind):
        if type(v) is int:
            if not -2**53 <= v <= 2**53:
                return None
            v = float(v)
        real = v
        if kind != FC_FLOAT64 and real == real and <double><float>real != real:
            return None
    elif type(v) is float:
        if v != v:
            return FC_SIZE(<PyObject *>a)
        if v - v != 0:
            return FC_SIZE(<PyObject *>a) if v > 0 else 0
        # Of integers, as many are below v as below the next whole number from it.
        v = math.floor(v) if is_right else math.ceil(v)
    if fc_kind_size(kind) < 4:
        a = _widened(a)
        kind = _kind_of_ndarray(a)
    if kind == FC_FLOAT64:
        return _search_element(a, kind, &real, is_right)
    if kind == FC_FLOAT32:
        single = <float>real
        return _search_element(a, kind, &single, is_right)
    if kind == FC_UINT64 or kind == FC_UINT32:
        least, most = 0, <uint64_t>-1 if kind == FC_UINT64 else <uint32_t>-1
    else:
        least, most = (-2**63, 2**63 - 1) if kind == FC_INT64 else (-2**31, 2**31 - 1)
    if v < least or v > most:
        return FC_SIZE(<PyObject *>a) if v > most else 0
    bits = <uint64_t>v if v >= 0 else <uint64_t><int64_t>v
    return _search_element(a, kind, &bits, is_right)


cdef object _search_element(object a, int kind, const void *v, bint is_right):
    cdef int64_t found
    _search(kind, FC_DATA(<PyObject *>a), FC_SIZE(<PyObject *>a), v, 1, is_right, &found)
    return found


cdef object _array_of_list(list items):
    """A list of nothing but exact floats, or of exact ints that int64 holds, as an ndarray; None for any other."""
    numpy = sys.modules["numpy"]
    types = set(map(type, items))
    if types == {float}:
        return numpy.array(items, dtype="float64")
    if types != {int}:
        return None
    try:
        return numpy.array(items, dtype="int64")
    except OverflowError:
        return None


def searchsorted(a, v, *, side="left"):
    cdef bint is_right = type(side) is str and side == "right"
    if type(side) is str and (is_right or side == "left"):
        if PyList_CheckExact(v) or _is_ndarray(v) or type(v) is float or type(v) is int:
            buffered = _buffer_as_ndarray(a)
            if buffered is not None:
                return searchsorted(buffered, v, side=side)
        elif _is_ndarray(a) and not isinstance(v, bytes):
            buffered = _buffer_as_ndarray(v)
            if buffered is not None:
                return _as_buffer(searchsorted(a, buffered, side=side))
    if type(side) is str and (is_right or side == "left") and _is_ndarray(a) and FC_NDIM(<PyObject *>a) == 1:
        flat = _as_flat(a)
        result = None
        if flat is not None and (type(v) is float or type(v) is int):
            result = _search_number(flat, v, is_right)
        elif flat is not None and PyList_CheckExact(v):
            wanted = _array_of_list(v)
            if wanted is not None:
                result = _search_in(flat, wanted, is_right)
                if result is not None:
                    result = result.tolist()
        elif flat is not None:
            is_scalar = isinstance(v, sys.modules["numpy"].generic)
            wanted = _as_flat(v.reshape(1) if is_scalar else v)
            if wanted is not None:
                result = _search_in(flat, wanted, is_right)
                if result is not None:
                    result = int(result[0]) if is_scalar else result.reshape(v.shape)
        if result is not None:
            return result
    return _pure_sorting.searchsorted(a, v, side=side)


cdef object _members_of(object flat, object elements, bint invert):
    """Whether each element of a flat array is in another, or None."""
    cdef int kind
    cdef Py_ssize_t n
    cdef size_t wanted = 1
    cdef fc_room room
    x, others = flat, elements
    if _kind_of_ndarray(x) != _kind_of_ndarray(others) or fc_kind_size(_kind_of_ndarray(x)) < 4:
        common = _common_kind(flat, elements)
        if common is None:
            return None
        with sys.modules["numpy"].errstate(invalid="ignore"):
            x, others = flat.astype(common, copy=False), elements.astype(common, copy=False)
    kind, n = _kind_of_ndarray(x), FC_SIZE(<PyObject *>x)
    result = PyArray_EMPTY(1, &n, NPY_BOOL, 0)
    room.scratch = NULL
    room.capacity = 0
    room.is_last = False
    try:
        while wanted > 0:
            with nogil:
                wanted = fc_selection.isin(
                    kind, FC_DATA(<PyObject *>x), n, FC_DATA(<PyObject *>others), FC_SIZE(<PyObject *>others), invert,
                    <uint8_t *>FC_DATA(<PyObject *>result), &room)
            if wanted > 0:
                _give_room(&room, wanted)
    finally:
        PyMem_RawFree(room.scratch)
    return result


def isin(a, elements, *, invert=False):
    cdef bint is_inverted = invert if type(invert) is bool else _arguments.flag("isin", "'invert'", invert)
    flat = _as_flat(a)
    if flat is not None:
        others = _as_flat(elements)
        if others is None and (PyList_CheckExact(elements) or isinstance(elements, (tuple, set, frozenset, range))):
            others = _array_of_list(list(elements))
        if others is None:
            others = _buffer_as_ndarray(elements)
        if others is not None:
            result = _members_of(flat, others, is_inverted)
            if result is not None:
                return result.reshape(a.shape)
    elif not PyList_CheckExact(a) and PyObject_CheckBuffer(a):
        buffered = _buffer_as_ndarray(a)
        if buffered is not None and not _is_ndarray(elements):
            return _as_buffer(isin(buffered, elements, invert=is_inverted))
    elif PyList_CheckExact(a) and (PyList_CheckExact(elements) or isinstance(elements, (tuple, set, frozenset))):
        try:
            known = frozenset(elements)
            return [(v in known) != is_inverted for v in <list>a]
        except TypeError:
            pass
    return _pure_sorting.isin(a, elements, invert=is_inverted)
