# The sums family: reductions of arrays by the C loops, of lists by walking their items.

cdef enum Reduction:
    FLOAT_SUM
    INTEGER_SUM
    EXACT_SUM
    MINIMUM
    MAXIMUM


cdef union Accumulator:
    fc_float_sum floats
    fc_integer_sum integers
    fc_exact_sum exact


# A running reduction. `seen` is the number of elements; of an extreme, best is meant only if it is not 0.
cdef struct Running:
    Reduction reduction
    int kind
    size_t seen
    fc_number best
    Accumulator total


cdef inline bint _is_float_kind(int kind) noexcept nogil:
    return kind >= FC_FLOAT16


cdef inline bint _is_signed_kind(int kind) noexcept nogil:
    return kind in (FC_INT8, FC_INT16, FC_INT32, FC_INT64)


cdef void _start(Running *running, Reduction reduction, int kind) noexcept nogil:
    running.reduction = reduction
    running.kind = kind
    running.seen = 0
    if reduction == FLOAT_SUM:
        fc_float_sum_start(&running.total.floats)
    elif reduction == INTEGER_SUM:
        running.total.integers.high = 0
        running.total.integers.low = 0
    elif reduction == EXACT_SUM:
        fc_exact_start(&running.total.exact)


cdef bint _is_better(Running *running, fc_number value) noexcept nogil:
    """Whether an extreme of later elements takes the place of the best so far."""
    cdef fc_number best = running.best
    cdef bint is_minimum = running.reduction == MINIMUM
    if _is_float_kind(running.kind):
        if best.f != best.f:
            return False
        return value.f != value.f or (value.f < best.f if is_minimum else value.f > best.f)
    if _is_signed_kind(running.kind):
        return value.i < best.i if is_minimum else value.i > best.i
    return value.u < best.u if is_minimum else value.u > best.u


cdef void _offer(Running *running, fc_number value) noexcept nogil:
    if running.seen == 0 or _is_better(running, value):
        running.best = value


cdef void _update(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef Running *running = <Running *>state
    if n == 0:
        return
    if running.reduction == FLOAT_SUM:
        fc_sums.sum_floats(&running.total.floats, kind, x, n)
    elif running.reduction == INTEGER_SUM:
        fc_sums.sum_integers(&running.total.integers, kind, x, n)
    elif running.reduction == EXACT_SUM:
        fc_sums.exact_update(&running.total.exact, kind, x, n)
    elif running.reduction == MINIMUM:
        _offer(running, fc_sums.minimum(kind, x, n))
    else:
        _offer(running, fc_sums.maximum(kind, x, n))
    running.seen += n


cdef object _integer_total(fc_integer_sum *total):
    if -(1 << 30) < total.high < 1 << 30:
        return <long long>(total.high * (<int64_t>1 << 32) + <int64_t>total.low)
    return (<object>total.high << 32) + total.low


cdef object _best(Running *running):
    cdef int kind = running.kind
    if _is_float_kind(kind):
        return running.best.f
    if kind == FC_BOOL:
        return running.best.u != 0
    if _is_signed_kind(kind):
        return running.best.i
    return running.best.u


# ---- threads ----


cdef class _Parts:
    """Chunks of a large array reduced apart, each into a state of its own (the block sums, for the float sum)."""
    cdef Running *parts
    cdef double *block_sums
    cdef Source source
    cdef Reduction reduction
    cdef readonly Py_ssize_t count

    def __dealloc__(self):
        PyMem_RawFree(self.parts)
        PyMem_RawFree(self.block_sums)

    def __call__(self, Py_ssize_t number):
        cdef size_t first = number * THREAD_CHUNK
        cdef size_t n = min_size(THREAD_CHUNK, self.source.n - <Py_ssize_t>first)
        cdef const char *x = self.source.data + first * fc_kind_size(self.source.kind)
        with nogil:
            if self.reduction == FLOAT_SUM:
                fc_sums.sum_blocks(self.source.kind, x, n, self.block_sums + first // FC_SUM_BLOCK)
            else:
                _start(&self.parts[number], self.reduction, self.source.kind)
                _update(&self.parts[number], self.source.kind, x, n)


cdef int _reduce_threaded(Source *source, Running *running, int threads) except -1:
    cdef _Parts parts = _Parts.__new__(_Parts)
    cdef Py_ssize_t i, blocks = (source.n + FC_SUM_BLOCK - 1) // FC_SUM_BLOCK
    parts.source = source[0]
    parts.reduction = running.reduction
    parts.count = (source.n + THREAD_CHUNK - 1) // THREAD_CHUNK
    if running.reduction == FLOAT_SUM:
        parts.block_sums = <double *>_allocate(blocks * sizeof(double))
    else:
        parts.parts = <Running *>_allocate(parts.count * sizeof(Running))
    _threads.run(parts, parts.count, threads)
    if running.reduction == FLOAT_SUM:
        for i in range(blocks):
            fc_float_sum_push(&running.total.floats, 1, parts.block_sums[i])
    else:
        for i in range(parts.count):
            if running.reduction == INTEGER_SUM:
                running.total.integers.high += parts.parts[i].total.integers.high
                running.total.integers.low += parts.parts[i].total.integers.low
            elif running.reduction == EXACT_SUM:
                fc_exact_merge(&running.total.exact, &parts.parts[i].total.exact)
            else:
                _offer(running, parts.parts[i].best)
                running.seen = 1
    running.seen = source.n
    return 0


cdef int _reduce_array(object owner, Source *source, Running *running, Reduction reduction, int threads) except -1:
    _start(running, reduction, source.kind)
    if threads > 1 and source.data != NULL and source.n >= 2 * THREAD_CHUNK:
        return _reduce_threaded(source, running, threads)
    return _walk(owner, source, _update, running)


# ---- lists ----


# Integers up to here are floats too.
cdef long long LARGEST_EXACT = 9007199254740992  # 2^53


# The numbers of one or more lists: floats in a running reduction, a block at a time, and integers of up to 64 bits.
cdef struct Numbers:
    Running running
    fc_integer_sum integers
    size_t pushes  # of integers, since the low half was last carried
    Py_ssize_t count  # of all items, those left over too
    bint exactly  # integers go to the floats where that loses nothing
    Py_ssize_t waiting
    double[CHUNK] block


cdef void _start_numbers(Numbers *numbers, Reduction reduction) noexcept nogil:
    _start(&numbers.running, reduction, FC_FLOAT64)
    numbers.integers.high = 0
    numbers.integers.low = 0
    numbers.pushes = 0
    numbers.count = 0
    numbers.exactly = reduction == EXACT_SUM
    numbers.waiting = 0


cdef void _flush(Numbers *numbers) noexcept nogil:
    _update(&numbers.running, FC_FLOAT64, numbers.block, numbers.waiting)
    numbers.waiting = 0


cdef inline void _push_float(Numbers *numbers, double value) noexcept nogil:
    numbers.block[numbers.waiting] = value
    numbers.waiting += 1
    if numbers.waiting == CHUNK:
        _flush(numbers)


cdef inline void _push_integer(Numbers *numbers, long long value) noexcept nogil:
    if numbers.exactly and -LARGEST_EXACT <= value <= LARGEST_EXACT:
        _push_float(numbers, <double>value)
        return
    numbers.integers.high += value >> 32
    numbers.integers.low += <uint32_t>value
    numbers.pushes += 1
    if numbers.pushes == 0x3fffffff:
        # Long before a half can wrap.
        numbers.pushes = 0
        numbers.integers.high += <int64_t>(numbers.integers.low >> 32)
        numbers.integers.low = <uint32_t>numbers.integers.low


cdef inline int _push_item(Numbers *numbers, PyObject *item, list rest) except -1:
    """Take in an item, or append it to `rest` if it is no float, bool or 64-bit int."""
    cdef long long value
    cdef int overflow = 0
    if PyFloat_CheckExact(item):
        _push_float(numbers, PyFloat_AS_DOUBLE(item))
        return 0
    if PyLong_CheckExact(item) or PyBool_Check(item):
        value = _integer(item, &overflow)
        if overflow == 0:
            _push_integer(numbers, value)
            return 0
    rest.append(<object>item)
    return 0


cdef inline bint _is_small(PyObject *item) noexcept:
    return PyLong_CheckExact(item) and FC_IS_SMALL(item)


cdef list _collect(Numbers *numbers, object a):
    """Take in any iterable of numbers; what is left over, in order."""
    cdef list rest = []
    cdef Py_ssize_t i = 0, n, waiting
    cdef PyObject **item
    cdef long long total
    if PyList_CheckExact(a) or PyTuple_CheckExact(a):
        # No Python code runs meanwhile, so a list stays as it is.
        with cython.critical_section(a):
            item = PySequence_Fast_ITEMS(a)
            n = _length(a)
            while i < n:
                waiting = numbers.waiting
                while i < n and waiting < CHUNK and PyFloat_CheckExact(item[i]):
                    FC_PREFETCH(item[min_size(i + PREFETCH_AHEAD, n - 1)])
                    numbers.block[waiting] = PyFloat_AS_DOUBLE(item[i])
                    waiting += 1
                    i += 1
                numbers.waiting = waiting
                if waiting == CHUNK:
                    _flush(numbers)
                    continue
                # Integers of one digit, below 2^30: 2^33 of them fit 64 bits.
                total = 0
                while i < n and _is_small(item[i]):
                    FC_PREFETCH(item[min_size(i + PREFETCH_AHEAD, n - 1)])
                    total += FC_SMALL_VALUE(item[i])
                    i += 1
                if total != 0:
                    _push_integer(numbers, total)
                if i < n and not PyFloat_CheckExact(item[i]):
                    _push_item(numbers, item[i], rest)
                    i += 1
    else:
        for v in a:
            _push_item(numbers, <PyObject *>v, rest)
            i += 1
            if i % SIGNAL_EVERY == 0:
                PyErr_CheckSignals()
    numbers.count += i
    return rest


cdef double _float_total(Numbers *numbers) noexcept nogil:
    cdef double total
    if numbers.running.seen == 0:
        fc_sums.sum_blocks(FC_FLOAT64, numbers.block, numbers.waiting, &total)
        return total if numbers.waiting > 0 else 0.0
    _flush(numbers)
    return fc_float_sum_finish(&numbers.running.total.floats)


cdef object _sum_items(object a):
    cdef Numbers numbers
    cdef list rest
    _start_numbers(&numbers, FLOAT_SUM)
    rest = _collect(&numbers, a)
    total = _integer_total(&numbers.integers)
    if rest:
        total = total + builtins.sum([v for v in rest if type(v) is int])  # of more than 64 bits
        rest = [v for v in rest if type(v) is not int]
    if numbers.running.seen > 0 or numbers.waiting > 0:
        total = _float_total(&numbers) + total
    return _pure_sums.add_others(total, rest) if rest else total


cdef object _exact_items(str function, object a, Running *running, Py_ssize_t *count):
    """Sum any iterable of numbers exactly: the floats into `running`, the rest as the integer that is returned."""
    cdef Numbers numbers
    _start_numbers(&numbers, EXACT_SUM)
    integers = 0
    for v in _collect(&numbers, a):
        v = _arguments.real(function, "'a'", v)
        if type(v) is float:
            _push_float(&numbers, v)
        else:
            integers += v
    _flush(&numbers)
    running[0] = numbers.running
    count[0] = numbers.count
    return _integer_total(&numbers.integers) + integers


cdef object _exact_integer(fc_exact_sum *exact):
    """The finite part in units of 2**-1074."""
    cdef uint32_t[FC_EXACT_DIGITS] digits
    fc_exact_digits(exact, digits)
    return int.from_bytes((<char *>digits)[:sizeof(digits)], sys.byteorder, signed=True)


cdef object _fsum_result(Running *running, object integers):
    cdef unsigned flags = running.total.exact.flags
    cdef double result
    if flags & FC_EXACT_PLUS_INF and flags & FC_EXACT_MINUS_INF:
        raise ValueError("fsum: 'a' holds both infinities")
    if flags:
        return _special(flags)
    if integers:
        return _pure_sums.ratio("fsum", _exact_integer(&running.total.exact) + integers * _pure_sums.UNITS_PER_ONE, 1)
    if fc_exact_round(&running.total.exact, &result) != 0:
        raise OverflowError("fsum: the result is out of range for a float")
    return result


cdef object _mean_result(Running *running, object integers, Py_ssize_t count):
    cdef unsigned flags = running.total.exact.flags
    if count == 0:
        return _pure_sums.mean_of_nothing()
    if flags:
        return _special(flags)
    return _pure_sums.ratio(
        "mean", _exact_integer(&running.total.exact) + integers * _pure_sums.UNITS_PER_ONE, count
    )


cdef object _special(unsigned flags):
    if flags == FC_EXACT_PLUS_INF:
        return float("inf")
    return -float("inf") if flags == FC_EXACT_MINUS_INF else float("nan")


cdef object _extreme_items(str function, object a, int operation):
    """The least or greatest item of any iterable; a NaN ends the search."""
    cdef object best = _Nothing
    if PyList_CheckExact(a) or PyTuple_CheckExact(a):
        best = _extreme_of(function, a, best, operation)
    else:
        for chunk in _chunks(a):
            best = _extreme_of(function, chunk, best, operation)
            if isinstance(best, float) and best != best:
                return best
            PyErr_CheckSignals()
    if best is _Nothing:
        raise ValueError(f"{function}: 'a' must not be empty")
    return best


class _Nothing:
    """Stands for the best of no items."""


cdef object _extreme_of(str function, object sequence, object best, int operation):
    cdef Py_ssize_t i = 0, n = _length(sequence), at = -1
    cdef double value, least
    cdef long long number, lowest
    cdef int overflow = 0
    cdef bint is_minimum = operation == Py_LT
    cdef PyObject *item
    if n == 0:
        return best
    with cython.critical_section(sequence):
        if best is _Nothing:
            best = <object>_item(sequence, 0)
        # While all are floats, or integers of 64 bits, no Python code runs.
        if PyFloat_CheckExact(<PyObject *>best):
            least = PyFloat_AS_DOUBLE(<PyObject *>best)
            while i < n:
                item = _item(sequence, i)
                if not PyFloat_CheckExact(item):
                    break
                value = PyFloat_AS_DOUBLE(item)
                if value != value:
                    return <object>item
                if value < least if is_minimum else value > least:
                    least = value
                    at = i
                i += 1
        elif PyLong_CheckExact(<PyObject *>best):
            lowest = _integer(<PyObject *>best, &overflow)
            while i < n and overflow == 0:
                item = _item(sequence, i)
                if not PyLong_CheckExact(item):
                    break
                number = _integer(item, &overflow)
                if overflow != 0:
                    break
                if number < lowest if is_minimum else number > lowest:
                    lowest = number
                    at = i
                i += 1
        if at >= 0:
            best = <object>_item(sequence, at)
    while i < n:
        if _length(sequence) != n:
            raise RuntimeError(f"{function}: 'a' changed size during iteration")
        current = <object>_item(sequence, i)
        if isinstance(current, complex):
            _arguments.reject_element(function, "'a'", current, _arguments.NUMBERS)
        if isinstance(current, float) and current != current:
            return current
        if PyObject_RichCompareBool(current, best, operation):
            best = current
        i += 1
    return best


# ---- the public functions ----


def sum(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef int thread_count = _thread_count("sum", threads)
    cdef double total
    if axis is not None:
        return _pure_sums.reduce_axis("sum", a, axis, threads, sum, sum, _pure_sums.sum_kind)
    if _is_sequence(a):
        return _sum_items(a)
    if type(a) is range:
        return len(a) * (a[0] + a[len(a) - 1]) // 2 if a else 0
    owner = _open_array(a, &source)
    if owner is None:
        if _needs_twin(a):
            return _pure_sums.sum(a)
        return _sum_items(a)
    if not _is_float_kind(source.kind):
        _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
        return _integer_total(&running.total.integers)
    if source.data != NULL and 0 < source.n <= FC_SUM_BLOCK:
        fc_sums.sum_blocks(source.kind, source.data, source.n, &total)
        return total
    _reduce_array(owner, &source, &running, FLOAT_SUM, thread_count)
    return fc_float_sum_finish(&running.total.floats)


def fsum(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef Py_ssize_t count
    cdef int thread_count = _thread_count("fsum", threads)
    if axis is not None:
        return _pure_sums.reduce_axis("fsum", a, axis, threads, fsum, fsum, _pure_sums.float_kind)
    if not _is_sequence(a):
        owner = _open_array(a, &source)
        if owner is not None:
            if not _is_float_kind(source.kind):
                _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
                return _pure_sums.ratio("fsum", _integer_total(&running.total.integers) * _pure_sums.UNITS_PER_ONE, 1)
            _reduce_array(owner, &source, &running, EXACT_SUM, thread_count)
            return _fsum_result(&running, 0)
        if _needs_twin(a):
            return _pure_sums.fsum(a)
    integers = _exact_items("fsum", a, &running, &count)
    return _fsum_result(&running, integers)


def mean(a, *, axis=None, threads=None):
    cdef Source source
    cdef Running running
    cdef Py_ssize_t count
    cdef int thread_count = _thread_count("mean", threads)
    if axis is not None:
        return _pure_sums.reduce_axis("mean", a, axis, threads, mean, mean, _pure_sums.float_kind)
    if not _is_sequence(a):
        owner = _open_array(a, &source)
        if owner is not None:
            if source.n == 0:
                return _pure_sums.mean_of_nothing()
            if not _is_float_kind(source.kind):
                _reduce_array(owner, &source, &running, INTEGER_SUM, thread_count)
                return _integer_total(&running.total.integers) / source.n
            _reduce_array(owner, &source, &running, EXACT_SUM, thread_count)
            return _mean_result(&running, 0, source.n)
        if _needs_twin(a):
            return _pure_sums.mean(a)
    integers = _exact_items("mean", a, &running, &count)
    return _mean_result(&running, integers, count)


cdef object _extreme(str function, object a, object threads, Reduction reduction, int operation, object twin):
    cdef Source source
    cdef Running running
    cdef int thread_count = _thread_count(function, threads)
    if not _is_sequence(a):
        owner = _open_array(a, &source)
        if owner is not None:
            if source.n == 0:
                raise ValueError(f"{function}: 'a' must not be empty")
            _reduce_array(owner, &source, &running, reduction, thread_count)
            return _best(&running)
        if _needs_twin(a):
            return twin(a)
    return _extreme_items(function, a, operation)


def min(a, *, axis=None, threads=None):
    if axis is not None:
        return _pure_sums.reduce_axis("min", a, axis, threads, min, min, _pure_sums.same_kind)
    return _extreme("min", a, threads, MINIMUM, Py_LT, _pure_sums.min)


def max(a, *, axis=None, threads=None):
    if axis is not None:
        return _pure_sums.reduce_axis("max", a, axis, threads, max, max, _pure_sums.same_kind)
    return _extreme("max", a, threads, MAXIMUM, Py_GT, _pure_sums.max)


cdef double sum_float64(const double *x, Py_ssize_t n) noexcept nogil:
    cdef fc_float_sum state
    fc_float_sum_start(&state)
    fc_sums.sum_floats(&state, FC_FLOAT64, x, n)
    return fc_float_sum_finish(&state)


cdef int fsum_float64(const double *x, Py_ssize_t n, double *out) noexcept nogil:
    cdef fc_exact_sum state
    fc_exact_start(&state)
    fc_sums.exact_update(&state, FC_FLOAT64, x, n)
    if state.flags & FC_EXACT_PLUS_INF and state.flags & FC_EXACT_MINUS_INF:
        return 2
    if state.flags:
        # NaN, or one infinity.
        out[0] = 0.0
        for i in range(n):
            out[0] += x[i] - x[i] if x[i] - x[i] == 0.0 else x[i]
        return 0
    return fc_exact_round(&state, out)
