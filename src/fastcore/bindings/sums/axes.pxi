# Reductions along an axis of an ndarray. The array is seen as (outer, length, inner) in C order, so that what is
# reduced is a row of `length` elements, side by side (inner = 1) or `inner` apart. Sums, means and extremes of those
# are taken column by column as they lie; for all else a few columns at a time are copied into rows.

cdef enum Operation:
    SUM
    FSUM
    MEAN
    VARIANCE
    DEVIATION
    LEAST
    GREATEST
    WHERE_LEAST
    WHERE_GREATEST


cdef enum RowError:
    NO_ERROR
    OUT_OF_RANGE
    BOTH_INFINITIES
    INTEGER_OUT_OF_RANGE


cdef inline size_t max_size(size_t a, size_t b) noexcept nogil:
    return a if a > b else b


cdef enum:
    # Columns that are copied into rows together: a cache line of float64, twice.
    GATHERED = 16
    # Of fewer columns, the extremes are taken of rows.
    FEW_COLUMNS = 16


cdef struct Job:
    Operation operation
    int kind
    size_t length
    Py_ssize_t ddof
    char *out
    RowError error  # the first


cdef RowError _row_exact(Job *job, const void *x, size_t count, double *out) noexcept nogil:
    """The exact sum of a row divided by a count, rounded once; the mean of both infinities is NaN."""
    cdef fc_exact_sum exact
    cdef fc_integer_sum integers
    if not _is_float_kind(job.kind):
        _start_integers(&integers)
        fc_integers.sum(&integers, job.kind, x, job.length)
        out[0] = fc_integer_quotient(&integers, count)
        return NO_ERROR
    if job.kind == FC_FLOAT64 and fc_exact.try_few(<const double *>x, job.length, count, out):
        return NO_ERROR
    fc_exact_start(&exact)
    fc_exact.update(&exact, job.kind, x, job.length)
    return _exact_result(job, &exact, count, out)


cdef RowError _exact_result(Job *job, const fc_exact_sum *exact, size_t count, double *out) noexcept nogil:
    cdef unsigned flags = exact.flags
    if flags != 0:
        if job.operation == FSUM and flags & FC_EXACT_PLUS_INF and flags & FC_EXACT_MINUS_INF:
            return BOTH_INFINITIES
        out[0] = INFINITY if flags == FC_EXACT_PLUS_INF else -INFINITY if flags == FC_EXACT_MINUS_INF else NAN
        return NO_ERROR
    return OUT_OF_RANGE if fc_exact_round(exact, count, out) else NO_ERROR


cdef double _divided(Job *job, double squares) noexcept nogil:
    if <Py_ssize_t>job.length <= job.ddof:
        return INFINITY if squares > 0 else NAN
    return squares / <double>(<Py_ssize_t>job.length - job.ddof)


cdef double _row_variance(Job *job, const void *x) noexcept nogil:
    cdef DeviationSums total
    cdef fc_integer_sum integers
    cdef fc_number pivot
    cdef double[BLOCKS] sums, squares
    cdef size_t n = job.length, first = 0, count
    cdef const char *p = <const char *>x
    cdef double squared
    if _is_float_kind(job.kind):
        _row_exact(job, x, n, &pivot.f)
        if pivot.f - pivot.f != 0.0:
            return NAN
    else:
        _start_integers(&integers)
        fc_integers.sum(&integers, job.kind, x, n)
        pivot.i = fc_integer_nearest(&integers, n)
    if n <= FC_SUM_BLOCK:
        fc_floats.deviation_blocks(job.kind, x, n, pivot, sums, squares)
        squared = _corrected(squares[0], sums[0], n)
    else:
        fc_float_sum_start(&total.sum)
        fc_float_sum_start(&total.squares)
        while first < n:
            count = min_size(BLOCKS * FC_SUM_BLOCK, n - first)
            fc_floats.deviation_blocks(job.kind, p + first * fc_kind_size(job.kind), count, pivot, sums, squares)
            _push_blocks(&total.sum, sums, count)
            _push_blocks(&total.squares, squares, count)
            first += count
        squared = fc_float_sum_finish(&total.squares)
        squared = _corrected(squared, fc_float_sum_finish(&total.sum), n)
    return _divided(job, squared)


cdef RowError _row_sum(Job *job, const void *x, size_t index) noexcept nogil:
    cdef Running running
    cdef fc_integer_sum *total = &running.total.integers
    if _is_float_kind(job.kind):
        if job.length <= FC_SUM_BLOCK:
            fc_floats.sum_blocks(job.kind, x, job.length, <double *>job.out + index)
        else:
            _start(&running, FLOAT_SUM, job.kind)
            _update_sums(&running, job.kind, <const char *>x, job.length)
            (<double *>job.out)[index] = fc_float_sum_finish(&running.total.floats)
        return NO_ERROR
    _start_integers(total)
    fc_integers.sum(total, job.kind, x, job.length)
    (<uint64_t *>job.out)[index] = <uint64_t>total.high << 32 | total.low
    return NO_ERROR if _fits_kind(job.kind, total) else INTEGER_OUT_OF_RANGE


cdef void _row(Job *job, const void *x, size_t index) noexcept nogil:
    """Reduce the elements of a row, side by side, into out[index]."""
    cdef RowError error = NO_ERROR
    cdef double *out = <double *>job.out + index
    cdef fc_number best
    if job.operation == SUM:
        error = _row_sum(job, x, index)
    elif job.operation == FSUM:
        error = _row_exact(job, x, 1, out)
    elif job.operation == MEAN:
        error = _row_exact(job, x, job.length, out)
    elif job.operation == VARIANCE:
        out[0] = _row_variance(job, x)
    elif job.operation == DEVIATION:
        out[0] = square_root(_row_variance(job, x))
    elif job.operation == LEAST:
        fc_store(job.kind, fc_extremes.minimum(job.kind, x, job.length), job.out + index * fc_kind_size(job.kind))
    elif job.operation == GREATEST:
        fc_store(job.kind, fc_extremes.maximum(job.kind, x, job.length), job.out + index * fc_kind_size(job.kind))
    else:
        (<int64_t *>job.out)[index] = fc_extremes.where(
            job.kind, x, job.length, job.operation == WHERE_GREATEST, &best
        )
    if job.error == NO_ERROR:
        job.error = error


cdef void _pairs(Job *job, const char *x, size_t first, size_t end) noexcept nogil:
    """The exact sums or means of rows of two floats: what one addition rounds, but for extreme results."""
    cdef size_t row, step = 2 * fc_kind_size(job.kind)
    cdef double *out = <double *>job.out
    cdef double scale = 0.5 if job.operation == MEAN else 1.0
    fc_axes.sum_short_rows(job.kind, x + first * step, end - first, 2, out + first)
    for row in range(first, end):
        if 1e-290 < abs(out[row]) < 1e290:
            out[row] *= scale
        else:
            _row(job, x + row * step, row)


cdef void _rows(Job *job, const char *x, size_t first, size_t end) noexcept nogil:
    cdef size_t row, step = job.length * fc_kind_size(job.kind)
    if job.length == 2 and (job.operation == FSUM or job.operation == MEAN) and _is_float_kind(job.kind):
        _pairs(job, x, first, end)
        return
    if job.operation == SUM and job.length <= 8 and _is_float_kind(job.kind):
        fc_axes.sum_short_rows(job.kind, x + first * step, end - first, job.length, <double *>job.out + first)
        return
    for row in range(first, end):
        _row(job, x + row * step, row)


cdef void _integer_columns(Job *job, const char *x, size_t inner, size_t index, void *scratch) noexcept nogil:
    """Sums of columns of integers, or their exact sums or means as floats."""
    cdef bint is_long = job.kind == FC_INT64 or job.kind == FC_UINT64
    cdef int64_t *upper = <int64_t *>scratch
    cdef uint64_t *out = <uint64_t *>job.out + index
    cdef fc_integer_sum total
    cdef size_t i, count = job.length if job.operation == MEAN else 1
    if job.operation != SUM:
        out = <uint64_t *>scratch + inner
    fc_axes.sum_integers(job.kind, x, job.length, inner, out, upper if is_long else NULL)
    if not is_long and job.operation == SUM:
        return
    for i in range(inner):
        # The whole is upper·2^32 and the sum of the lower halves, which is below 2^64.
        total.top = 0
        total.high = upper[i] if is_long else <int64_t>out[i] >> 32
        total.low = out[i] - (<uint64_t>total.high << 32)
        fc_integer_carry(&total)
        if job.operation != SUM:
            (<double *>job.out)[index + i] = fc_integer_quotient(&total, count)
        elif not _fits_kind(job.kind, &total):
            job.error = INTEGER_OUT_OF_RANGE


cdef bint _fits_kind(int kind, const fc_integer_sum *total) noexcept nogil:
    """Whether a sum fits the 64-bit kind of a sum of its kind."""
    if total.top == 0:
        return _is_unsigned_kind(kind) or total.high >> 31 == 0
    return total.top == -1 and total.high >> 31 != 0 and not _is_unsigned_kind(kind)


cdef bint _takes_columns(Job *job, size_t inner) noexcept nogil:
    """Whether the columns are reduced as they lie."""
    if job.operation == SUM:
        return True
    if job.operation == FSUM or job.operation == MEAN:
        return inner >= FEW_COLUMNS or not _is_float_kind(job.kind)
    return (job.operation == LEAST or job.operation == GREATEST) and inner >= FEW_COLUMNS


cdef size_t _columns_scratch_size(Job *job, size_t inner) noexcept nogil:
    cdef size_t gathered = GATHERED * (sizeof(Running) + min_size(job.length, CHUNK) * fc_kind_size(job.kind))
    if not _takes_columns(job, inner):
        return gathered
    if job.operation == LEAST or job.operation == GREATEST:
        return 0
    if not _is_float_kind(job.kind):
        return 2 * inner * sizeof(int64_t)
    if job.operation == SUM:
        return fc_columns_scratch_size(job.length, inner)
    return max_size(fc_exact_columns_scratch_size(), gathered) + inner


cdef void _columns(Job *job, const char *x, size_t inner, size_t index, void *scratch) noexcept nogil:
    """Reduce the columns of a (length, inner) array into out[index] and on."""
    if not _takes_columns(job, inner):
        _gathered_columns(job, x, inner, 0, inner, index, scratch)
    elif job.operation == LEAST or job.operation == GREATEST:
        fc_axes.extremes(
            job.kind, x, job.length, inner, job.operation == GREATEST, job.out + index * fc_kind_size(job.kind)
        )
    elif not _is_float_kind(job.kind):
        _integer_columns(job, x, inner, index, scratch)
    elif job.operation == SUM:
        fc_axes.sum_floats(job.kind, x, job.length, inner, <double *>job.out + index, scratch)
    else:
        _exact_columns(job, x, inner, index, scratch)


cdef void _exact_columns(Job *job, const char *x, size_t inner, size_t index, void *scratch) noexcept nogil:
    cdef uint8_t *is_left = <uint8_t *>scratch
    cdef char *rest = <char *>scratch + inner
    cdef size_t column
    rest += (0 - <size_t>rest) % sizeof(double) if inner % sizeof(double) else 0
    fc_exact.sum_columns(
        job.kind, x, job.length, inner, job.length if job.operation == MEAN else 1, <double *>job.out + index,
        is_left, rest
    )
    for column in range(inner):
        if is_left[column]:
            _gathered_columns(job, x, inner, column, column + 1, index, rest)


cdef void _gathered_columns(
    Job *job, const char *x, size_t inner, size_t first, size_t end, size_t index, void *scratch
) noexcept nogil:
    """Reduce columns by copying a few at a time, and of long ones a chunk, into rows."""
    cdef size_t count, i, size = fc_kind_size(job.kind)
    cdef Running *running = <Running *>scratch
    cdef char *rows = <char *>scratch + GATHERED * sizeof(Running)
    while first < end:
        count = min_size(GATHERED, end - first)
        if job.length <= CHUNK:
            fc_axes.gather(job.kind, x, job.length, inner, first, count, rows)
            for i in range(count):
                _row(job, rows + i * job.length * size, index + first + i)
        else:
            _long_columns(job, x, inner, first, count, running, rows)
            for i in range(count):
                _finish_row(job, &running[i], index + first + i)
        first += count


cdef Reduction _reduction(Job *job) noexcept nogil:
    if job.operation == LEAST:
        return MINIMUM
    if job.operation == GREATEST:
        return MAXIMUM
    if job.operation == WHERE_LEAST:
        return WHERE_MINIMUM
    if job.operation == WHERE_GREATEST:
        return WHERE_MAXIMUM
    return EXACT_SUM if _is_float_kind(job.kind) else INTEGER_SUM


cdef void _long_columns(
    Job *job, const char *x, size_t inner, size_t first, size_t count, Running *running, char *rows
) noexcept nogil:
    cdef size_t i
    cdef double mean
    for i in range(count):
        _start(&running[i], _reduction(job), job.kind)
    _stream_columns(job, x, inner, first, count, running, rows)
    if job.operation == VARIANCE or job.operation == DEVIATION:
        for i in range(count):
            if _is_float_kind(job.kind):
                mean = NAN
                if running[i].total.exact.flags == 0:
                    fc_exact_round(&running[i].total.exact, job.length, &mean)
                running[i].best.f = mean
            else:
                running[i].best.i = fc_integer_nearest(&running[i].total.integers, job.length)
            _start(&running[i], DEVIATIONS, job.kind)
        _stream_columns(job, x, inner, first, count, running, rows)


cdef void _stream_columns(
    Job *job, const char *x, size_t inner, size_t first, size_t count, Running *running, char *rows
) noexcept nogil:
    cdef size_t row = 0, n, i, size = fc_kind_size(job.kind)
    while row < job.length:
        n = min_size(CHUNK, job.length - row)
        fc_axes.gather(job.kind, x + row * inner * size, n, inner, first, count, rows)
        for i in range(count):
            _update(&running[i], job.kind, rows + i * n * size, n)
        row += n


cdef void _finish_row(Job *job, Running *running, size_t index) noexcept nogil:
    """What has been reduced, into out[index]."""
    cdef RowError error = NO_ERROR
    cdef double *out = <double *>job.out + index
    cdef double squares
    if job.operation == LEAST or job.operation == GREATEST:
        fc_store(job.kind, running.best, job.out + index * fc_kind_size(job.kind))
    elif job.operation == WHERE_LEAST or job.operation == WHERE_GREATEST:
        (<int64_t *>job.out)[index] = running.at
    elif running.reduction == EXACT_SUM:
        error = _exact_result(job, &running.total.exact, job.length if job.operation == MEAN else 1, out)
    elif running.best.f != running.best.f and _is_float_kind(job.kind):
        out[0] = NAN
    else:
        squares = fc_float_sum_finish(&running.total.deviations.squares)
        squares = _corrected(squares, fc_float_sum_finish(&running.total.deviations.sum), job.length)
        out[0] = _divided(job, squares)
        if job.operation == DEVIATION:
            out[0] = square_root(out[0])
    if job.error == NO_ERROR:
        job.error = error


cdef class _RowParts(_Work):
    """Rows in runs, for threads."""
    cdef Job *jobs
    cdef const char *data
    cdef size_t rows
    cdef size_t run

    def __dealloc__(self):
        PyMem_RawFree(self.jobs)

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        cdef size_t first = number * self.run
        cdef uint64_t mode = fc_enter_mode()
        _rows(&self.jobs[number], self.data, first, min_size(first + self.run, self.rows))
        fc_leave_mode(mode)
        return 0


cdef int _rows_threaded(Job *job, const char *x, size_t rows, int threads) except -1:
    cdef _RowParts parts = _RowParts.__new__(_RowParts)
    cdef size_t i, count
    parts.data = x
    parts.rows = rows
    parts.run = THREAD_CHUNK // (job.length + 1) + 1
    count = (rows + parts.run - 1) // parts.run
    parts.jobs = <Job *>_allocate(count * sizeof(Job))
    for i in range(count):
        parts.jobs[i] = job[0]
    parts.share(count, threads)
    for i in range(count):
        if job.error == NO_ERROR:
            job.error = parts.jobs[i].error
    return 0


cdef int _reduce_rows(Job *job, const char *x, size_t outer, size_t inner, int threads) except -1:
    cdef size_t i, elements = outer * job.length * inner
    cdef size_t step = job.length * inner * fc_kind_size(job.kind)
    cdef void *scratch = NULL
    cdef uint64_t mode
    if inner == 1:
        if threads > 1 and elements >= 2 * THREAD_CHUNK:
            return _rows_threaded(job, x, outer, threads)
        with nogil:
            mode = fc_enter_mode()
            _rows(job, x, 0, outer)
            fc_leave_mode(mode)
        return 0
    scratch = _allocate(_columns_scratch_size(job, inner))
    with nogil:
        mode = fc_enter_mode()
        for i in range(outer):
            _columns(job, x + i * step, inner, i * inner, scratch)
        fc_leave_mode(mode)
    PyMem_RawFree(scratch)
    return 0


cdef int _result_kind(Operation operation, int kind) noexcept:
    if operation == WHERE_LEAST or operation == WHERE_GREATEST:
        return FC_INT64
    if operation == LEAST or operation == GREATEST:
        return kind
    if operation == SUM and not _is_float_kind(kind):
        return FC_UINT64 if _is_unsigned_kind(kind) else FC_INT64
    return FC_FLOAT64


cdef object _plain_layout(object a, int kind, Py_ssize_t *position):
    """An array as one in C order: itself, its transpose, or a copy; its axis, and whether it was transposed."""
    if FC_IS_CARRAY(<PyObject *>a):
        return a, False
    if FC_IS_BEHAVED(<PyObject *>a) and a.flags.f_contiguous:
        position[0] = FC_NDIM(<PyObject *>a) - 1 - position[0]
        return a.T, True
    return sys.modules["numpy"].array(a, dtype=_KIND_NAMES[kind], order="C", subok=False), False


cdef object _reduce_axis(str function, object a, object axis, object threads, Operation operation, object ddof=0):
    """Reduce an ndarray of numbers along an axis; None for all else, and for empty rows, which the twins know."""
    cdef Job job
    cdef int thread_count = _thread_count(function, threads)
    cdef Py_ssize_t position, outer = 1, inner = 1, i
    cdef Py_ssize_t *shape
    cdef Py_ssize_t[64] result_shape  # NumPy's most dimensions
    cdef int dimensions, kind
    if not _is_ndarray(a):
        if _is_sequence(a) or PyIter_Check(a) or isinstance(a, (range, str)) or PyObject_CheckBuffer(a):
            return None
        a = _arguments.as_ndarray(a)
        if not _is_ndarray(a):
            return None
    if not PyArray_CheckExact(a):
        if hasattr(a, "mask"):
            return None
        a = sys.modules["numpy"].asarray(a)
    job.kind = _kind_of_ndarray(a)
    if job.kind < 0:
        return None
    dimensions = FC_NDIM(<PyObject *>a)
    position = axis if type(axis) is int and -dimensions <= axis < dimensions else _arguments.axis(
        function, axis, dimensions
    )
    if position < 0:
        position += dimensions
    a, is_transposed = _plain_layout(a, job.kind, &position)
    shape = FC_DIMS(<PyObject *>a)
    for i in range(position):
        outer *= shape[i]
        result_shape[i] = shape[i]
    for i in range(position + 1, dimensions):
        inner *= shape[i]
        result_shape[i - 1] = shape[i]
    job.length = shape[position]
    if job.length == 0 or job.length >= 1 << 31 or not -(1 << 62) < ddof < 1 << 62:
        return None
    job.operation = operation
    job.ddof = ddof
    job.error = NO_ERROR
    kind = _result_kind(operation, job.kind)
    result = PyArray_EMPTY(dimensions - 1, result_shape, _type_of_kind[kind], 0)
    job.out = <char *>FC_DATA(<PyObject *>result)
    if outer * inner > 0:
        _reduce_rows(&job, <const char *>FC_DATA(<PyObject *>a), outer, inner, thread_count)
        if (operation == VARIANCE or operation == DEVIATION) and <Py_ssize_t>job.length <= job.ddof:
            _pure_sums.divide_squares(function, NAN, 0)  # the warning
    if job.error == OUT_OF_RANGE:
        raise OverflowError(f"{function}: the result is out of range for a float")
    if job.error == BOTH_INFINITIES:
        _pure_sums.special_sum(function, FC_EXACT_PLUS_INF | FC_EXACT_MINUS_INF)
    if job.error == INTEGER_OUT_OF_RANGE:
        _pure_sums.out_of_range(function, _KIND_NAMES[kind])
    return sys.modules["numpy"].ascontiguousarray(result.T) if is_transposed else result


cdef object _axis_or_twin(
    str function, object a, object axis, object threads, Operation operation, object native, object kind
):
    result = _reduce_axis(function, a, axis, threads, operation)
    if result is not None:
        return result
    return _pure_sums.reduce_axis(function, a, axis, threads, native, native, kind)
