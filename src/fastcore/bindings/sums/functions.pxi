# The public functions. Each looks first for what it is called with most: a plain array, without keywords.

def sum(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef double total
    cdef uint64_t mode
    if axis is None and threads is None and _open_plain(a, &source):
        if _is_float_kind(source.kind):
            if source.n <= FC_SUM_BLOCK:
                mode = fc_enter_mode()
                total = 0.0
                fc_floats.sum_blocks(source.kind, source.data, source.n, &total)
                fc_leave_mode(mode)
                return total
        elif source.n < RELEASE_FROM:
            _start_integers(&running.total.integers)
            fc_integers.sum(&running.total.integers, source.kind, source.data, source.n)
            return _integer_total(&running.total.integers)
    return _sum_any(a, axis, threads)


cdef object _in_any_order(object a):
    """An ndarray that is not in C order with its axes turned as near to that as may be, where order is no matter."""
    if (
        not _is_ndarray(a) or FC_NDIM(<PyObject *>a) < 2 or FC_IS_CARRAY(<PyObject *>a)
        or not FC_IS_BEHAVED(<PyObject *>a) or _is_masked(a)
    ):
        return a
    if a.flags.f_contiguous:
        return a.T
    strides = a.strides
    if builtins.min(strides) < 0:
        a = a[tuple([slice(None, None, -1 if stride < 0 else 1) for stride in strides])]
    lengths = [-abs(stride) for stride in strides]
    return a if lengths == sorted(lengths) else a.transpose(sorted(range(a.ndim), key=lengths.__getitem__))


cdef object _sum_range(object a):
    cdef Py_ssize_t n
    first, step = a.start, a.step
    if step == 1 and -(1 << 30) < first < 1 << 30 and a.stop < 1 << 30:
        n = len(a)
        return n * <long long>first + n * (n - 1) // 2
    return len(a) * (first + a[len(a) - 1]) // 2 if a else 0


cdef object _sum_any(object a, object axis, object threads):
    cdef Source source
    cdef Running running
    cdef int thread_count
    if axis is not None:
        return _axis_or_twin("sum", a, axis, threads, SUM, sum, _pure_sums.sum_kind)
    thread_count = _thread_count("sum", threads)
    if _is_sequence(a):
        return _sum_items(a)
    if type(a) is range:
        return _sum_range(a)
    if _is_ndarray(a) and not _is_float_kind(_kind_of_ndarray(a)):
        a = _in_any_order(a)
    owner = _open_in_order(a, &source, thread_count)
    if owner is None:
        if _needs_twin(a):
            return _pure_sums.sum(a)
        return _sum_items(a)
    if not _is_float_kind(source.kind):
        _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
        return _integer_total(&running.total.integers)
    _reduce_array(owner, &source, &running, FLOAT_SUM, thread_count)
    return _finish_floats(&running)


cdef inline bint _try_few(object a, bint is_mean, double *out) except -1:
    """The exact sum or mean of a few float64 side by side, if they are easy."""
    cdef Source source
    cdef bint is_done
    cdef uint64_t mode
    if not _open_plain(a, &source) or source.kind != FC_FLOAT64 or not 0 < source.n <= FC_SUM_BLOCK:
        return False
    mode = fc_enter_mode()
    is_done = fc_exact.try_few(<const double *>source.data, source.n, source.n if is_mean else 1, out)
    fc_leave_mode(mode)
    return is_done


def fsum(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef Py_ssize_t count
    cdef int thread_count
    cdef double total
    if axis is None and threads is None and _try_few(a, False, &total):
        return total
    if axis is not None:
        return _axis_or_twin("fsum", a, axis, threads, FSUM, fsum, _pure_sums.float_kind)
    thread_count = _thread_count("fsum", threads)
    if not _is_sequence(a):
        owner = _open_array(_in_any_order(a), &source)
        if owner is not None:
            if not _is_float_kind(source.kind):
                _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
                return fc_integer_quotient(&running.total.integers, 1)
            _reduce_array(owner, &source, &running, EXACT_SUM, thread_count)
            return _fsum_result("fsum", &running.total.exact, 0)
        if _needs_twin(a):
            return _pure_sums.fsum(a)
    elif _try_few_items(a, False, &total):
        return total
    integers = _exact_items("fsum", a, &running, &count)
    return _fsum_result("fsum", &running.total.exact, integers)


def mean(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef Py_ssize_t count
    cdef int thread_count
    cdef double total
    if axis is None and threads is None and _try_few(a, True, &total):
        return total
    if axis is not None:
        return _axis_or_twin("mean", a, axis, threads, MEAN, mean, _pure_sums.float_kind)
    thread_count = _thread_count("mean", threads)
    if not _is_sequence(a):
        owner = _open_array(_in_any_order(a), &source)
        if owner is not None:
            if source.n == 0:
                return _pure_sums.mean_of_nothing()
            if not _is_float_kind(source.kind):
                _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
                if source.n < 1 << 32:
                    return fc_integer_quotient(&running.total.integers, source.n)
                return _integer_total(&running.total.integers) / source.n
            _reduce_array(owner, &source, &running, EXACT_SUM, thread_count)
            return _mean_result("mean", &running.total.exact, 0, source.n)
        if _needs_twin(a):
            return _pure_sums.mean(a)
    elif _try_few_items(a, True, &total):
        return total
    integers = _exact_items("mean", a, &running, &count)
    if count == 0:
        return _pure_sums.mean_of_nothing()
    return _mean_result("mean", &running.total.exact, integers, count)


# ---- variance ----


def var(a, *, axis=None, ddof=0, threads=None):
    return _variance("var", a, axis, ddof, threads, VARIANCE)


def std(a, *, axis=None, ddof=0, threads=None):
    return _variance("std", a, axis, ddof, threads, DEVIATION)


cdef object _variance(str function, object a, object axis, object ddof, object threads, Operation operation):
    cdef Source source
    cdef double result, average
    cdef bint is_done
    cdef uint64_t mode
    cdef int thread_count
    if axis is None and threads is None and type(ddof) is int and 0 <= ddof < 1 << 30 and _open_plain(a, &source):
        mode = fc_enter_mode()
        is_done = _variance_few(&source, ddof, operation == DEVIATION, &average, &result)
        fc_leave_mode(mode)
        if is_done:
            return result
    ddof = _arguments.index(function, "'ddof'", ddof)
    twin = _pure_sums.std if operation == DEVIATION else _pure_sums.var
    if axis is not None:
        found = _reduce_axis(function, a, axis, threads, operation, ddof)
        return found if found is not None else twin(a, axis=axis, ddof=ddof, threads=threads)
    thread_count = _thread_count(function, threads)
    owner = _open_in_order(a, &source, thread_count)
    if owner is None:
        if _needs_twin(a):
            return twin(a, ddof=ddof)
        if not _is_sequence(a):
            a = list(a)
        owner = _pack(a, &source)
        if owner is None:
            return twin(a, ddof=ddof)
    return _variance_array(function, owner, &source, ddof, operation == DEVIATION, thread_count, &average)


# ---- extremes ----


cdef object _extreme(str function, object a, object threads, Reduction reduction, int operation, object twin):
    """The least or greatest element, or its index."""
    cdef Source source
    cdef Running running
    cdef Py_ssize_t at
    cdef int thread_count = _thread_count(function, threads)
    cdef bint is_index = reduction == WHERE_MINIMUM or reduction == WHERE_MAXIMUM
    if not _is_sequence(a):
        if not is_index:
            found = _in_any_order(a)
            if found is not a and FC_SIZE(<PyObject *>a) > 0:
                found = _extreme(function, found, threads, reduction, operation, twin)
                if found != 0 or type(found) is not float:
                    return found
                # Of zeros, the first in C order counts.
        owner = _open_array(a, &source)
        if owner is not None:
            if source.n == 0:
                raise ValueError(f"{function}: 'a' must not be empty")
            _reduce_array(owner, &source, &running, reduction, thread_count)
            return running.at if is_index else _number(source.kind, running.best)
        if _needs_twin(a):
            return twin(a)
    best = _extreme_items(function, a, operation, &at)
    return at if is_index else best


cdef inline bint _open_short(object a, object axis, object threads, Source *source) except -1:
    return axis is None and threads is None and _open_plain(a, source) and 0 < source.n < RELEASE_FROM


def min(a, *, axis=None, threads=None):
    cdef Source source
    cdef fc_number best
    cdef uint64_t mode
    if _open_short(a, axis, threads, &source):
        mode = fc_enter_mode()
        best = fc_extremes.minimum(source.kind, source.data, source.n)
        fc_leave_mode(mode)
        return _number(source.kind, best)
    if axis is not None:
        return _axis_or_twin("min", a, axis, threads, LEAST, min, _pure_sums.same_kind)
    return _extreme("min", a, threads, MINIMUM, Py_LT, _pure_sums.min)


def max(a, *, axis=None, threads=None):
    cdef Source source
    cdef fc_number best
    cdef uint64_t mode
    if _open_short(a, axis, threads, &source):
        mode = fc_enter_mode()
        best = fc_extremes.maximum(source.kind, source.data, source.n)
        fc_leave_mode(mode)
        return _number(source.kind, best)
    if axis is not None:
        return _axis_or_twin("max", a, axis, threads, GREATEST, max, _pure_sums.same_kind)
    return _extreme("max", a, threads, MAXIMUM, Py_GT, _pure_sums.max)


def argmin(a, *, axis=None, threads=None):
    cdef Source source
    cdef fc_number best
    cdef uint64_t mode
    cdef size_t at
    if _open_short(a, axis, threads, &source):
        mode = fc_enter_mode()
        at = fc_extremes.where(source.kind, source.data, source.n, False, &best)
        fc_leave_mode(mode)
        return at
    if axis is not None:
        return _axis_or_twin("argmin", a, axis, threads, WHERE_LEAST, argmin, _pure_sums.index_kind)
    return _extreme("argmin", a, threads, WHERE_MINIMUM, Py_LT, _pure_sums.argmin)


def argmax(a, *, axis=None, threads=None):
    cdef Source source
    cdef fc_number best
    cdef uint64_t mode
    cdef size_t at
    if _open_short(a, axis, threads, &source):
        mode = fc_enter_mode()
        at = fc_extremes.where(source.kind, source.data, source.n, True, &best)
        fc_leave_mode(mode)
        return at
    if axis is not None:
        return _axis_or_twin("argmax", a, axis, threads, WHERE_GREATEST, argmax, _pure_sums.index_kind)
    return _extreme("argmax", a, threads, WHERE_MAXIMUM, Py_GT, _pure_sums.argmax)


def minmax(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef fc_number least, most
    cdef uint64_t mode
    cdef Py_ssize_t at
    cdef int thread_count
    if _open_short(a, axis, threads, &source):
        mode = fc_enter_mode()
        fc_extremes.minmax(source.kind, source.data, source.n, &least, &most)
        fc_leave_mode(mode)
        return _number(source.kind, least), _number(source.kind, most)
    if axis is not None:
        found = _reduce_axis("minmax", a, axis, threads, LEAST)
        if found is None:
            return _pure_sums.minmax(a, axis=axis, threads=threads)
        return found, _reduce_axis("minmax", a, axis, threads, GREATEST)
    thread_count = _thread_count("minmax", threads)
    if not _is_sequence(a):
        owner = _open_array(a, &source)
        if owner is not None:
            if source.n == 0:
                raise ValueError("minmax: 'a' must not be empty")
            _reduce_array(owner, &source, &running, MINMAX, thread_count)
            return _number(source.kind, running.best), _number(source.kind, running.most)
        if _needs_twin(a):
            return _pure_sums.minmax(a)
        if type(a) is not range:
            a = list(a)
    return _extreme_items("minmax", a, Py_LT, &at), _extreme_items("minmax", a, Py_GT, &at)


# ---- dot ----


cdef object _open_operand(object a, Source *source):
    """An array, or a list that can be packed into one, with its shape; None for all else."""
    if _is_sequence(a):
        owner = _pack(a, source)
        return None if owner is None else (owner, (source.n,))
    owner = _open_array(a, source)
    if owner is None:
        return None
    if hasattr(a, "shape"):
        return owner, tuple(a.shape)
    if _is_ndarray(owner) or isinstance(owner, memoryview):
        return owner, tuple(memoryview(a).shape or ()) if PyObject_CheckBuffer(a) else owner.shape
    return owner, (source.n,)


cdef object _open_range(object a, object shape, Source *source):
    """A range, written out as 64-bit integers, with its shape; None if that is not this one, or they do not fit."""
    owner = _range_column(a) if shape == (len(a),) else None
    if owner is None:
        return None
    source.kind = FC_INT64
    source.n = len(owner)
    source.data = <const char *>PyMemoryView_GET_BUFFER(memoryview(owner)).buf
    return owner, shape


cdef object _as_plain(object owner, Source *source):
    """The elements side by side: what a typed memoryview would walk is copied."""
    if source.data != NULL:
        return owner
    view = memoryview(owner)
    copied = memoryview(view.tobytes())
    source.data = <const char *>PyMemoryView_GET_BUFFER(copied).buf
    return copied


cdef class _DotParts(_Work):
    """Chunks of large arrays, for threads: the sums of the blocks, or integers."""
    cdef Source a
    cdef Source b
    cdef double *sums
    cdef fc_integer_dot *integers
    cdef bint is_float

    def __dealloc__(self):
        PyMem_RawFree(self.sums)
        PyMem_RawFree(self.integers)

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        cdef size_t first = number * THREAD_CHUNK
        cdef size_t n = min_size(THREAD_CHUNK, self.a.n - <Py_ssize_t>first)
        cdef const char *x = self.a.data + first * fc_kind_size(self.a.kind)
        cdef const char *y = self.b.data + first * fc_kind_size(self.b.kind)
        cdef uint64_t mode = fc_enter_mode()
        if self.is_float:
            fc_floats.dot_blocks(self.a.kind, x, self.b.kind, y, n, self.sums + first // FC_SUM_BLOCK)
        else:
            self.integers[number].word[0] = self.integers[number].word[1] = self.integers[number].word[2] = 0
            fc_integers.dot(&self.integers[number], self.a.kind, x, self.b.kind, y, n)
        fc_leave_mode(mode)
        return 0


cdef object _dot_total(const fc_integer_dot *dot):
    cdef uint64_t low = dot.word[0], sign = 0 - (low >> 63)
    if dot.word[1] == sign and dot.word[2] == sign:
        return <int64_t>low
    return (<object><int64_t>dot.word[2] << 128) + (<object>dot.word[1] << 64) + low


cdef object _dot_arrays(Source *a, Source *b, int threads):
    cdef _DotParts parts
    cdef Running running
    cdef double total = 0.0
    cdef Py_ssize_t i, count = (a.n + THREAD_CHUNK - 1) // THREAD_CHUNK
    cdef uint64_t mode
    cdef bint is_float = _is_float_kind(a.kind) or _is_float_kind(b.kind)
    cdef fc_integer_dot dot
    cdef size_t first = 0, n
    cdef double[BLOCKS] sums
    if threads == 1 and is_float:
        _start(&running, FLOAT_SUM, FC_FLOAT64)
        with nogil:
            mode = fc_enter_mode()
            while first < <size_t>a.n:
                n = min_size(BLOCKS * FC_SUM_BLOCK, a.n - first)
                fc_floats.dot_blocks(
                    a.kind, a.data + first * fc_kind_size(a.kind), b.kind, b.data + first * fc_kind_size(b.kind),
                    n, sums
                )
                _push_blocks(&running.total.floats, sums, n)
                first += n
            total = fc_float_sum_finish(&running.total.floats)
            fc_leave_mode(mode)
        return total
    if threads == 1:
        dot.word[0] = dot.word[1] = dot.word[2] = 0
        with nogil:
            fc_integers.dot(&dot, a.kind, a.data, b.kind, b.data, a.n)
        return _dot_total(&dot)
    parts = _DotParts.__new__(_DotParts)
    parts.a = a[0]
    parts.b = b[0]
    parts.is_float = is_float
    if is_float:
        parts.sums = <double *>_allocate((a.n // FC_SUM_BLOCK + 1) * sizeof(double))
    else:
        parts.integers = <fc_integer_dot *>_allocate(count * sizeof(fc_integer_dot))
    parts.share(count, threads)
    if is_float:
        _start(&running, FLOAT_SUM, FC_FLOAT64)
        _push_blocks(&running.total.floats, parts.sums, a.n)
        return _finish_floats(&running)
    result = 0
    for i in range(count):
        result += _dot_total(&parts.integers[i])
    return result


def dot(a, b, *, axis=None, threads=None):
    cdef Source source, other
    cdef double total
    cdef fc_integer_dot integers
    cdef uint64_t mode
    if (
        axis is None and threads is None and _open_plain(a, &source) and _open_plain(b, &other)
        and source.n == other.n <= FC_SUM_BLOCK and FC_NDIM(<PyObject *>a) == 1 and FC_NDIM(<PyObject *>b) == 1
    ):
        if _is_float_kind(source.kind) or _is_float_kind(other.kind):
            total = 0.0
            mode = fc_enter_mode()
            fc_floats.dot_blocks(source.kind, source.data, other.kind, other.data, source.n, &total)
            fc_leave_mode(mode)
            return total
        integers.word[0] = integers.word[1] = integers.word[2] = 0
        fc_integers.dot(&integers, source.kind, source.data, other.kind, other.data, source.n)
        return _dot_total(&integers)
    return _dot_any(a, b, axis, threads)


cdef bint _dot_row(Source *a, Source *b, size_t first, size_t n, double *out) noexcept nogil:
    """The dot product of a row into an element of 8 bytes; returns whether it fits."""
    cdef const char *x = a.data + first * fc_kind_size(a.kind)
    cdef const char *y = b.data + first * fc_kind_size(b.kind)
    cdef double[BLOCKS] sums
    cdef Running running
    cdef fc_integer_dot dot
    cdef uint64_t sign
    cdef size_t done = 0, count
    if _is_float_kind(a.kind) or _is_float_kind(b.kind):
        if n <= FC_SUM_BLOCK:
            fc_floats.dot_blocks(a.kind, x, b.kind, y, n, out)
            return True
        _start(&running, FLOAT_SUM, FC_FLOAT64)
        while done < n:
            count = min_size(BLOCKS * FC_SUM_BLOCK, n - done)
            fc_floats.dot_blocks(
                a.kind, x + done * fc_kind_size(a.kind), b.kind, y + done * fc_kind_size(b.kind), count, sums
            )
            _push_blocks(&running.total.floats, sums, count)
            done += count
        out[0] = fc_float_sum_finish(&running.total.floats)
        return True
    dot.word[0] = dot.word[1] = dot.word[2] = 0
    fc_integers.dot(&dot, a.kind, x, b.kind, y, n)
    (<uint64_t *>out)[0] = dot.word[0]
    sign = 0 if _is_unsigned_kind(a.kind) and _is_unsigned_kind(b.kind) else 0 - (dot.word[0] >> 63)
    return dot.word[1] == sign and dot.word[2] == sign


cdef object _dot_axis(object a, object b, object axis):
    """Along an axis of two ndarrays of numbers of the same shape; None for all else, and for empty rows."""
    cdef Source source, other
    cdef Py_ssize_t position, length, i, rows
    cdef double *out
    cdef bint fits = True
    cdef uint64_t mode
    if not (_is_ndarray(a) and _is_ndarray(b)) or _is_masked(a) or _is_masked(b) or a.shape != b.shape:
        return None
    source.kind = _kind_of_ndarray(a)
    other.kind = _kind_of_ndarray(b)
    if source.kind < 0 or other.kind < 0:
        return None
    position = _arguments.axis("dot", axis, FC_NDIM(<PyObject *>a))
    numpy = sys.modules["numpy"]
    a = numpy.moveaxis(numpy.asarray(a), position, -1)
    b = numpy.moveaxis(numpy.asarray(b), position, -1)
    a = numpy.require(a, _KIND_NAMES[source.kind], ["C", "A"])
    b = numpy.require(b, _KIND_NAMES[other.kind], ["C", "A"])
    length = a.shape[FC_NDIM(<PyObject *>a) - 1]
    if length == 0:
        return None
    kind = "float64" if _is_float_kind(source.kind) or _is_float_kind(other.kind) else (
        "uint64" if _is_unsigned_kind(source.kind) and _is_unsigned_kind(other.kind) else "int64"
    )
    result = numpy.empty(a.shape[:-1], kind)
    rows = result.size
    source.data = <const char *>FC_DATA(<PyObject *>a)
    other.data = <const char *>FC_DATA(<PyObject *>b)
    out = <double *>FC_DATA(<PyObject *>result)
    with nogil:
        mode = fc_enter_mode()
        for i in range(rows):
            fits = _dot_row(&source, &other, i * length, length, out + i) and fits
        fc_leave_mode(mode)
    if not fits:
        _pure_sums.out_of_range("dot", kind)
    return result


cdef object _dot_any(object a, object b, object axis, object threads):
    cdef Source source, other
    cdef int thread_count = _thread_count("dot", threads)
    if axis is not None:
        found = _dot_axis(a, b, axis)
        return _pure_sums.dot(a, b, axis=axis) if found is None else found
    if type(a) is range:
        two = _open_operand(b, &other)
        one = None if two is None else _open_range(a, two[1], &source)
    elif PyIter_Check(a) or not (_is_sequence(a) or PyObject_CheckBuffer(a) or hasattr(a, "__array__")):
        return _pure_sums.dot(a, b)
    else:
        one = _open_operand(a, &source)
        two = None if one is None else (
            _open_range(b, one[1], &other) if type(b) is range else _open_operand(b, &other)
        )
    if one is None or two is None or one[1] != two[1]:
        return _pure_sums.dot(a, b)
    keep = _as_plain(one[0], &source), _as_plain(two[0], &other)
    result = _dot_arrays(&source, &other, thread_count)
    del keep
    return result


# ---- running sums ----


cdef int _run_sums(str function, Source *source, void *out, size_t rows, size_t length) except -1:
    """The running sums of each of `rows` rows of elements side by side, as float64, int64 or uint64."""
    cdef size_t row, step = length * fc_kind_size(source.kind)
    cdef int64_t start
    cdef bint fits = True
    cdef uint64_t mode
    with nogil:
        mode = fc_enter_mode()
        for row in range(rows):
            if _is_float_kind(source.kind):
                fc_floats.running(source.kind, source.data + row * step, length, -0.0, <double *>out + row * length)
            else:
                start = 0
                fits = fits and fc_integers.running(
                    source.kind, source.data + row * step, length, &start, <int64_t *>out + row * length
                )
        fc_leave_mode(mode)
    if not fits:
        _pure_sums.out_of_range(function, _KIND_NAMES[_result_kind(SUM, source.kind)])
    return 0


cdef object _run_items(object a):
    """The running sums of a list of floats, or a list or range of integers of 64 bits; None if it is none."""
    cdef Source source
    cdef Py_ssize_t i
    cdef double *floats
    cdef int64_t *integers
    cdef int64_t start = 0
    owner = _open_range(a, (len(a),), &source) if type(a) is range else _pack(a, &source)
    if owner is None:
        return None
    cdef list sums = [None] * source.n
    if source.kind == FC_FLOAT64:
        floats = <double *>source.data
        _run_sums("cumsum", &source, floats, 1, source.n)
        for i in range(source.n):
            sums[i] = floats[i]
        return sums
    integers = <int64_t *>source.data
    if not fc_integers.running(FC_INT64, source.data, source.n, &start, integers):
        return None
    for i in range(source.n):
        sums[i] = integers[i]
    return sums


cdef object _offered(object a):
    """A NumPy scalar, or what offers itself as an array, as an ndarray; any other object as it is."""
    if _numpy_is_bound and isinstance(a, sys.modules["numpy"].generic):
        return sys.modules["numpy"].asarray(a)
    return a if PyObject_CheckBuffer(a) else _arguments.as_ndarray(a)


def cumsum(a, *, axis=None):
    cdef Source source
    cdef Py_ssize_t position, rows = 1, length
    if (PyList_CheckExact(a) or type(a) is range) and axis is None:
        found = _run_items(a)
        return _pure_sums.cumsum(a) if found is None else found
    if _is_sequence(a) or PyIter_Check(a) or isinstance(a, (range, str)):
        return _pure_sums.cumsum(a, axis=axis)
    a = _offered(a)
    owner = _open_array(a, &source)
    if owner is None or axis is not None and not _is_ndarray(a):
        return _pure_sums.cumsum(a, axis=axis)
    if not _is_ndarray(a):
        owner = _as_plain(owner, &source)
        kind = _KIND_NAMES[_result_kind(SUM, source.kind)]
        result = array(_arguments.KIND_CODES[kind], bytes(8 * source.n))
        if source.n > 0:
            _run_sums("cumsum", &source, PyMemoryView_GET_BUFFER(memoryview(result)).buf, 1, source.n)
        return result
    numpy = sys.modules["numpy"]
    kind = _KIND_NAMES[_result_kind(SUM, source.kind)]
    if axis is None:
        owner = _as_plain(owner, &source)
        result = numpy.empty(source.n, kind)
        _run_sums("cumsum", &source, FC_DATA(<PyObject *>result), 1, source.n)
        return result
    position = _arguments.axis("cumsum", axis, FC_NDIM(<PyObject *>a))
    moved = numpy.array(numpy.moveaxis(numpy.asarray(a), position, -1), _KIND_NAMES[source.kind], order="C")
    length = moved.shape[FC_NDIM(<PyObject *>moved) - 1]
    source.data = <const char *>FC_DATA(<PyObject *>moved)
    if length > 0:
        rows = moved.size // length
    result = numpy.empty(moved.shape, kind)
    _run_sums("cumsum", &source, FC_DATA(<PyObject *>result), rows, length)
    return numpy.ascontiguousarray(numpy.moveaxis(result, -1, position))


# ---- for other Cython packages ----


cdef double sum_float64(const double *x, Py_ssize_t n) noexcept nogil:
    cdef Running running
    _start(&running, FLOAT_SUM, FC_FLOAT64)
    _update(&running, FC_FLOAT64, x, n)
    return _finish_floats(&running)


cdef int fsum_float64(const double *x, Py_ssize_t n, double *out) noexcept nogil:
    cdef Running running
    cdef unsigned flags
    _start(&running, EXACT_SUM, FC_FLOAT64)
    _update(&running, FC_FLOAT64, x, n)
    flags = running.total.exact.flags
    if flags & FC_EXACT_PLUS_INF and flags & FC_EXACT_MINUS_INF:
        return 2
    if flags:
        out[0] = INFINITY if flags == FC_EXACT_PLUS_INF else -INFINITY if flags == FC_EXACT_MINUS_INF else NAN
        return 0
    return fc_exact_round(&running.total.exact, 1, out)
