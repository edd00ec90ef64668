# Reductions of all elements of an array.

cdef enum Reduction:
    FLOAT_SUM
    INTEGER_SUM
    EXACT_SUM
    DEVIATIONS
    MINIMUM
    MAXIMUM
    MINMAX
    WHERE_MINIMUM
    WHERE_MAXIMUM


cdef struct DeviationSums:
    fc_float_sum sum
    fc_float_sum squares


cdef union Accumulator:
    fc_float_sum floats
    fc_integer_sum integers
    fc_exact_sum exact
    DeviationSums deviations


# A running reduction. `seen` is the number of elements; of extremes, the rest is meant only if it is not 0.
cdef struct Running:
    Reduction reduction
    int kind
    size_t seen
    fc_number best  # an extreme; the least of two; the pivot of deviations
    fc_number most
    size_t at
    Accumulator total


cdef enum:
    # Blocks whose sums are taken together: a megabyte and a half of float64.
    BLOCKS = 64
    # Items of a list that are read before anything is set up.
    FEW = 512
    # Of an array that lies by columns: chunks that are copied together (fewer took a tenth longer, more no less), and
    # rows of float64 in two cache lines.
    COLUMN_CHUNKS = 4
    LINE_ROWS = 16


cdef inline bint _is_float_kind(int kind) noexcept nogil:
    return kind >= FC_FLOAT16


cdef inline bint _is_signed_kind(int kind) noexcept nogil:
    return kind in (FC_INT8, FC_INT16, FC_INT32, FC_INT64)


cdef inline bint _is_unsigned_kind(int kind) noexcept nogil:
    return kind in (FC_UINT8, FC_UINT16, FC_UINT32, FC_UINT64)


cdef void _start(Running *running, Reduction reduction, int kind) noexcept nogil:
    running.reduction = reduction
    running.kind = kind
    running.seen = 0
    if reduction == FLOAT_SUM:
        fc_float_sum_start(&running.total.floats)
    elif reduction == INTEGER_SUM:
        _start_integers(&running.total.integers)
    elif reduction == EXACT_SUM:
        fc_exact_start(&running.total.exact)
    elif reduction == DEVIATIONS:
        fc_float_sum_start(&running.total.deviations.sum)
        fc_float_sum_start(&running.total.deviations.squares)


cdef inline void _start_integers(fc_integer_sum *integers) noexcept nogil:
    integers.top = 0
    integers.high = 0
    integers.low = 0


cdef inline bint _is_maximum(Reduction reduction) noexcept nogil:
    return reduction == MAXIMUM or reduction == WHERE_MAXIMUM


cdef void _offer(Running *running, fc_number value, size_t at) noexcept nogil:
    """An extreme of later elements, and where it is."""
    if running.seen == 0 or fc_is_better(running.kind, _is_maximum(running.reduction), value, running.best):
        running.best = value
        running.at = at


cdef void _offer_both(Running *running, fc_number least, fc_number most) noexcept nogil:
    if running.seen == 0 or fc_is_better(running.kind, False, least, running.best):
        running.best = least
    if running.seen == 0 or fc_is_better(running.kind, True, most, running.most):
        running.most = most


cdef void _push_blocks(fc_float_sum *state, const double *block_sums, size_t n) noexcept nogil:
    """The sums of the blocks of n elements, of which the state has seen whole blocks so far."""
    cdef size_t block
    cdef uint64_t mode = fc_enter_mode()
    for block in range((n + FC_SUM_BLOCK - 1) // FC_SUM_BLOCK):
        fc_float_sum_push(state, 1, block_sums[block])
    fc_leave_mode(mode)


cdef void _update_sums(Running *running, int kind, const char *x, size_t n) noexcept nogil:
    cdef double[BLOCKS] sums, squares
    cdef size_t first = 0, count
    while first < n:
        count = min_size(BLOCKS * FC_SUM_BLOCK, n - first)
        if running.reduction == FLOAT_SUM:
            fc_floats.sum_blocks(kind, x + first * fc_kind_size(kind), count, sums)
            _push_blocks(&running.total.floats, sums, count)
        else:
            fc_floats.deviation_blocks(kind, x + first * fc_kind_size(kind), count, running.best, sums, squares)
            _push_blocks(&running.total.deviations.sum, sums, count)
            _push_blocks(&running.total.deviations.squares, squares, count)
        first += count


cdef void _update(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef Running *running = <Running *>state
    cdef fc_number found, most
    cdef size_t at
    cdef uint64_t mode
    if n == 0:
        return
    mode = fc_enter_mode()
    if running.reduction == FLOAT_SUM or running.reduction == DEVIATIONS:
        _update_sums(running, kind, <const char *>x, n)
    elif running.reduction == INTEGER_SUM:
        fc_integers.sum(&running.total.integers, kind, x, n)
    elif running.reduction == EXACT_SUM:
        fc_exact.update(&running.total.exact, kind, x, n)
    elif running.reduction == MINIMUM:
        _offer(running, fc_extremes.minimum(kind, x, n), 0)
    elif running.reduction == MAXIMUM:
        _offer(running, fc_extremes.maximum(kind, x, n), 0)
    elif running.reduction == MINMAX:
        fc_extremes.minmax(kind, x, n, &found, &most)
        _offer_both(running, found, most)
    else:
        at = fc_extremes.where(kind, x, n, _is_maximum(running.reduction), &found)
        _offer(running, found, running.seen + at)
    running.seen += n
    fc_leave_mode(mode)


cdef void _merge(Running *running, const Running *part) noexcept nogil:
    """Later elements, reduced apart; not of float sums, whose blocks matter."""
    if running.reduction == INTEGER_SUM:
        running.total.integers.top += part.total.integers.top
        running.total.integers.high += part.total.integers.high
        running.total.integers.low += part.total.integers.low
        fc_integer_carry(&running.total.integers)
    elif running.reduction == EXACT_SUM:
        fc_exact_merge(&running.total.exact, &part.total.exact)
    elif running.reduction == MINMAX:
        _offer_both(running, part.best, part.most)
    else:
        _offer(running, part.best, running.seen + part.at)
    running.seen += part.seen


# ---- results ----


cdef object _integer_total(const fc_integer_sum *total):
    if total.top == 0 and total.high >> 31 == 0:
        return <long long>(total.high << 32 | <int64_t>total.low)
    if total.top == -1 and total.high >> 31 != 0:
        return <long long>(<uint64_t>total.high << 32 | total.low)
    return (<object>total.top << 64) + (<object>total.high << 32) + total.low


cdef inline object _number(int kind, fc_number value):
    if _is_float_kind(kind):
        return value.f
    if kind == FC_BOOL:
        return value.u != 0
    if _is_signed_kind(kind):
        return value.i
    return value.u


cdef object _exact_integer(fc_exact_sum *exact):
    """The finite part in units of 2**-1074."""
    cdef uint32_t[FC_EXACT_DIGITS + 1] digits
    fc_exact_digits(exact, digits)
    return int.from_bytes((<char *>digits)[:sizeof(digits)], sys.byteorder, signed=True)


cdef object _exact_quotient(str function, fc_exact_sum *exact, object integers, object count):
    """The finite part and an integer, divided by a count."""
    cdef double result
    if not integers and count < 1 << 32 and not fc_exact_round(exact, count, &result):
        return result
    return _pure_sums.ratio(function, _exact_integer(exact) + integers * _pure_sums.UNITS_PER_ONE, count)


cdef object _fsum_result(str function, fc_exact_sum *exact, object integers):
    if exact.flags != 0:
        return _pure_sums.special_sum(function, exact.flags)
    return _exact_quotient(function, exact, integers, 1)


cdef object _mean_result(str function, fc_exact_sum *exact, object integers, object count):
    if exact.flags != 0:
        return _pure_sums.special_mean(exact.flags)
    return _exact_quotient(function, exact, integers, count)


# ---- threads ----


cdef class _Parts(_Work):
    """Chunks of a large array reduced apart, each into a state of its own; of float sums, the sums of the blocks."""
    cdef Running *parts
    cdef double *sums
    cdef double *squares
    cdef Source source
    cdef Reduction reduction
    cdef fc_number pivot

    def __dealloc__(self):
        PyMem_RawFree(self.parts)
        PyMem_RawFree(self.sums)
        PyMem_RawFree(self.squares)

    cdef int part(self, Py_ssize_t number) noexcept nogil:
        cdef size_t first = number * THREAD_CHUNK
        cdef size_t n = min_size(THREAD_CHUNK, self.source.n - <Py_ssize_t>first)
        cdef size_t block = first // FC_SUM_BLOCK
        cdef const char *x = self.source.data + first * fc_kind_size(self.source.kind)
        cdef uint64_t mode = fc_enter_mode()
        if self.reduction == FLOAT_SUM:
            fc_floats.sum_blocks(self.source.kind, x, n, self.sums + block)
        elif self.reduction == DEVIATIONS:
            fc_floats.deviation_blocks(self.source.kind, x, n, self.pivot, self.sums + block, self.squares + block)
        else:
            _start(&self.parts[number], self.reduction, self.source.kind)
            _update(&self.parts[number], self.source.kind, x, n)
        fc_leave_mode(mode)
        return 0


cdef int _reduce_threaded(Source *source, Running *running, int threads) except -1:
    cdef _Parts parts = _Parts.__new__(_Parts)
    cdef Py_ssize_t i, blocks = (source.n + FC_SUM_BLOCK - 1) // FC_SUM_BLOCK
    cdef Py_ssize_t count = (source.n + THREAD_CHUNK - 1) // THREAD_CHUNK
    parts.source = source[0]
    parts.reduction = running.reduction
    parts.pivot = running.best
    if running.reduction == FLOAT_SUM or running.reduction == DEVIATIONS:
        parts.sums = <double *>_allocate(blocks * sizeof(double))
        parts.squares = <double *>_allocate(blocks * sizeof(double))
    else:
        parts.parts = <Running *>_allocate(count * sizeof(Running))
    parts.share(count, threads)
    if running.reduction == FLOAT_SUM:
        _push_blocks(&running.total.floats, parts.sums, source.n)
    elif running.reduction == DEVIATIONS:
        _push_blocks(&running.total.deviations.sum, parts.sums, source.n)
        _push_blocks(&running.total.deviations.squares, parts.squares, source.n)
    else:
        for i in range(count):
            _merge(running, &parts.parts[i])
    return 0


cdef int _sum_apart(object owner, Py_ssize_t n, Running *running) except -1:
    """The float sum of float64 with a stride, of an ndarray or a memoryview, as they lie."""
    cdef double[BLOCKS] sums
    cdef const char *x
    cdef Py_ssize_t stride, first = 0, count
    cdef uint64_t mode
    if _is_ndarray(owner):
        x, stride = <const char *>FC_DATA(<PyObject *>owner), FC_STRIDES(<PyObject *>owner)[0]
    else:
        x = <const char *>PyMemoryView_GET_BUFFER(owner).buf
        stride = PyMemoryView_GET_BUFFER(owner).strides[0]
    with nogil:
        mode = fc_enter_mode()
        while first < n:
            count = min_size(BLOCKS * FC_SUM_BLOCK, n - first)
            fc_floats.sum_blocks_apart(x + first * stride, stride, count, sums)
            _push_blocks(&running.total.floats, sums, count)
            first += count
        fc_leave_mode(mode)
    return 0


cdef object _open_columns(object a, Source *source):
    """An ndarray of two axes of which the first is the one that lies side by side, to be walked as it lies; or None."""
    cdef Py_ssize_t *strides
    cdef Py_ssize_t size
    if not _is_ndarray(a) or FC_NDIM(<PyObject *>a) != 2 or FC_IS_CARRAY(<PyObject *>a) or _is_masked(a):
        return None
    source.kind = _kind_of_ndarray(a)
    if source.kind < 0:
        return None
    strides = FC_STRIDES(<PyObject *>a)
    size = fc_kind_size(source.kind)
    source.n = FC_SIZE(<PyObject *>a)
    source.data = NULL
    if source.n == 0 or strides[0] != size or strides[1] <= 0 or strides[1] % size != 0:
        return None
    return a if FC_IS_BEHAVED(<PyObject *>a) else None


cdef object _open_in_order(object a, Source *source, int threads):
    """An array whose elements will be taken in C order; by one thread, it need not be copied into that."""
    owner = _open_columns(a, source) if threads == 1 else None
    return owner if owner is not None else _open_array(a, source)


cdef inline bint _is_in_columns(object owner, const Source *source) except -1:
    return source.data == NULL and _is_ndarray(owner) and FC_NDIM(<PyObject *>owner) == 2


cdef int _walk_columns(object owner, int kind, Update update, void *state) except -1:
    """Pass all elements of what _open_columns opened to `update`, in C order: a few chunks of rows at a time."""
    cdef size_t rows = FC_DIMS(<PyObject *>owner)[0], columns = FC_DIMS(<PyObject *>owner)[1]
    cdef size_t size = fc_kind_size(kind), pitch = FC_STRIDES(<PyObject *>owner)[1] // <Py_ssize_t>size
    cdef size_t most = (COLUMN_CHUNKS * CHUNK // columns // LINE_ROWS + 1) * LINE_ROWS
    cdef size_t row = 0, kept = 0, whole, count
    cdef const void *x = FC_DATA(<PyObject *>owner)
    cdef char *buffer = <char *>_allocate((CHUNK + min_size(most, rows) * columns) * size)
    with nogil:
        while row < rows:
            count = min_size(most, rows - row)
            fc_axes.gather(kind, x, columns, pitch, row, count, buffer + kept * size)
            row += count
            kept += count * columns
            whole = kept if row == rows else kept - kept % CHUNK
            update(state, kind, buffer, whole)
            kept -= whole
            memmove(buffer, buffer + whole * size, kept * size)
    PyMem_RawFree(buffer)
    return 0


cdef int _reduce_more(object owner, Source *source, Running *running, int threads) except -1:
    """Reduce an array into a reduction that is under way."""
    if threads > 1 and source.data != NULL and source.n >= 2 * THREAD_CHUNK:
        return _reduce_threaded(source, running, threads)
    if _is_in_columns(owner, source):
        return _walk_columns(owner, source.kind, _update, running)
    if source.data == NULL and source.kind == FC_FLOAT64 and running.reduction == FLOAT_SUM:
        return _sum_apart(owner, source.n, running)
    return _walk(owner, source, _update, running)


cdef int _reduce_array(object owner, Source *source, Running *running, Reduction reduction, int threads) except -1:
    _start(running, reduction, source.kind)
    return _reduce_more(owner, source, running, threads)


cdef double _finish_floats(Running *running) noexcept nogil:
    cdef uint64_t mode = fc_enter_mode()
    cdef double total = fc_float_sum_finish(&running.total.floats)
    fc_leave_mode(mode)
    return total


# ---- variance ----


cdef double _corrected(double squares, double rest, size_t n) noexcept nogil:
    cdef double correction
    if squares == INFINITY:
        return squares
    correction = rest * (rest / <double>n)
    return squares - correction if correction < squares else 0.0


cdef object _variance_array(str function, object owner, Source *source, object ddof, bint is_deviation, int threads,
                            double *average):
    """The variance or its root of all elements of an array, and of floats their mean."""
    cdef Running running
    cdef double squares, result
    cdef size_t n = source.n
    cdef uint64_t mode
    divisor = n - ddof
    if n == 0:
        return _pure_sums.divide_squares(function, NAN, divisor)
    if _is_float_kind(source.kind):
        _reduce_array(owner, source, &running, EXACT_SUM, threads)
        if running.total.exact.flags != 0:
            average[0] = NAN
            return _pure_sums.divide_squares(function, NAN, divisor)
        running.best.f = average[0] = _exact_quotient(function, &running.total.exact, 0, n)
    else:
        _reduce_array(owner, source, &running, INTEGER_SUM, threads)
        pivot = (2 * _integer_total(&running.total.integers) + n) // (2 * n)
        if source.kind == FC_UINT64:
            running.best.u = pivot
        else:
            running.best.i = pivot
    _reduce_array(owner, source, &running, DEVIATIONS, threads)
    mode = fc_enter_mode()
    squares = fc_float_sum_finish(&running.total.deviations.squares)
    squares = _corrected(squares, fc_float_sum_finish(&running.total.deviations.sum), n)
    # In the same mode: else the last rounding would not be to nearest.
    result = squares / <double>divisor if divisor > 0 else squares
    if is_deviation and divisor > 0:
        result = square_root(result)
    fc_leave_mode(mode)
    return result if divisor > 0 else _pure_sums.divide_squares(function, squares, divisor)


cdef bint _variance_few(Source *source, Py_ssize_t ddof, bint is_deviation, double *average,
                        double *out) noexcept nogil:
    """The variance or its root of a block of float64, and their mean, if that is short and easy enough."""
    cdef fc_number pivot
    cdef double squares, rest
    if source.kind != FC_FLOAT64 or not 0 < source.n <= FC_SUM_BLOCK or source.n <= ddof:
        return False
    if not fc_exact.try_few(<const double *>source.data, source.n, source.n, &pivot.f):
        return False
    average[0] = pivot.f
    fc_floats.deviation_blocks(FC_FLOAT64, source.data, source.n, pivot, &rest, &squares)
    out[0] = _corrected(squares, rest, source.n) / <double>(source.n - ddof)
    if is_deviation:
        out[0] = square_root(out[0])
    return True
