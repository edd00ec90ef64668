# Reductions of lists and other iterables.

# The numbers of one or more lists: floats in a running reduction, a block at a time, and integers of up to 64 bits.
cdef struct Numbers:
    Running running
    fc_integer_sum integers
    Py_ssize_t count  # of all items, those left over too
    Py_ssize_t waiting
    double[CHUNK] block


cdef void _start_numbers(Numbers *numbers, Reduction reduction) noexcept nogil:
    _start(&numbers.running, reduction, FC_FLOAT64)
    _start_integers(&numbers.integers)
    numbers.count = 0
    numbers.waiting = 0


cdef void _flush(Numbers *numbers) noexcept nogil:
    _update(&numbers.running, FC_FLOAT64, numbers.block, numbers.waiting)
    numbers.waiting = 0


cdef inline void _push_float(Numbers *numbers, double value) noexcept nogil:
    numbers.block[numbers.waiting] = value
    numbers.waiting += 1
    if numbers.waiting == CHUNK:
        _flush(numbers)


cdef inline void _push_integer(fc_integer_sum *integers, long long value) noexcept nogil:
    """2**31 of these leave room for carries."""
    integers.high += value >> 32
    integers.low += <uint32_t>value


cdef inline bint _is_integer(PyObject *item) noexcept:
    return PyLong_CheckExact(item) or PyBool_Check(item)


cdef inline int _push_item(Numbers *numbers, PyObject *item, list rest) except -1:
    """Take in an item, or append it to `rest` if it is no float, bool or 64-bit int."""
    cdef long long value
    cdef int overflow = 0
    if PyFloat_CheckExact(item):
        _push_float(numbers, PyFloat_AS_DOUBLE(item))
        return 0
    if _is_integer(item):
        value = _integer(item, &overflow)
        if overflow == 0:
            _push_integer(&numbers.integers, value)
            return 0
    rest.append(<object>item)
    return 0


cdef Py_ssize_t _collect_integers(fc_integer_sum *integers, PyObject **item, Py_ssize_t i, Py_ssize_t n) noexcept:
    """Take in exact ints of up to 64 bits from item i on; returns the index of the first that is none."""
    cdef long long small = 0, value
    cdef int64_t high = 0
    cdef uint64_t low = 0
    while i < n:
        while i < n and PyLong_CheckExact(item[i]) and FC_IS_SMALL(item[i]):
            FC_PREFETCH(item[min_size(i + PREFETCH_AHEAD, n - 1)])
            small += FC_SMALL_VALUE(item[i])  # below 2^30: 2^33 of them fit
            i += 1
        while i < n and PyLong_CheckExact(item[i]) and fc_medium_value(item[i], &value):
            FC_PREFETCH(item[min_size(i + PREFETCH_AHEAD, n - 1)])
            high += value >> 32
            low += <uint32_t>value
            i += 1
        if i < n and not (PyLong_CheckExact(item[i]) and FC_IS_SMALL(item[i])):
            break
    integers.high += high
    integers.low += low
    _push_integer(integers, small)
    fc_integer_carry(integers)
    return i


cdef list _collect(Numbers *numbers, object a):
    """Take in any iterable of numbers; what is left over, in order."""
    cdef list rest = []
    cdef Py_ssize_t i = 0, n, waiting
    cdef PyObject **item
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
                if i < n and PyLong_CheckExact(item[i]):
                    i = _collect_integers(&numbers.integers, item, i, n)
                if i < n and not PyFloat_CheckExact(item[i]):
                    _push_item(numbers, item[i], rest)
                    i += 1
    else:
        for v in a:
            _push_item(numbers, <PyObject *>v, rest)
            i += 1
            if i % SIGNAL_EVERY == 0:
                fc_integer_carry(&numbers.integers)
                PyErr_CheckSignals()
    fc_integer_carry(&numbers.integers)
    numbers.count += i
    return rest


cdef enum Few:
    NOT_FEW
    FEW_FLOATS
    FEW_INTEGERS


cdef Few _few_items(object a, double *block, fc_integer_sum *integers, Py_ssize_t *count) noexcept:
    """Read a short list or tuple of floats alone into `block`, or of integers of 64 bits alone into `integers`.

    `count` is how many were there: without a GIL, the list may have changed by the time that the caller goes on.
    """
    cdef Py_ssize_t i = 0, n
    cdef PyObject **item
    cdef Few found = NOT_FEW
    with cython.critical_section(a):
        item = PySequence_Fast_ITEMS(a)
        n = _length(a)
        count[0] = n
        if not 0 < n <= FEW:
            return NOT_FEW
        while i < n and PyFloat_CheckExact(item[i]):
            block[i] = PyFloat_AS_DOUBLE(item[i])
            i += 1
        if i == n:
            found = FEW_FLOATS
        elif i == 0:
            _start_integers(integers)
            if _collect_integers(integers, item, 0, n) == n:
                found = FEW_INTEGERS
    return found


cdef double _float_total(Numbers *numbers) noexcept nogil:
    cdef double total = 0.0
    cdef uint64_t mode
    if numbers.running.seen == 0:
        mode = fc_enter_mode()
        fc_floats.sum_blocks(FC_FLOAT64, numbers.block, numbers.waiting, &total)
        fc_leave_mode(mode)
        return total
    _flush(numbers)
    return _finish_floats(&numbers.running)


cdef object _sum_items(object a):
    cdef Numbers numbers
    cdef list rest
    cdef Few few
    cdef Py_ssize_t count
    cdef double result
    cdef uint64_t mode
    if _is_sequence(a):
        few = _few_items(a, numbers.block, &numbers.integers, &count)
        if few == FEW_INTEGERS:
            return _integer_total(&numbers.integers)
        if few == FEW_FLOATS:
            mode = fc_enter_mode()
            fc_floats.sum_blocks(FC_FLOAT64, numbers.block, count, &result)
            fc_leave_mode(mode)
            return result
    _start_numbers(&numbers, FLOAT_SUM)
    rest = _collect(&numbers, a)
    total = _integer_total(&numbers.integers)
    if rest:
        total = total + builtins.sum([v for v in rest if type(v) is int])  # of more than 64 bits
        rest = [v for v in rest if type(v) is not int]
    if numbers.running.seen > 0 or numbers.waiting > 0:
        total = _float_total(&numbers) + total
    return _pure_sums.add_others(total, rest) if rest else total


cdef bint _try_few_items(object a, bint is_mean, double *out) noexcept:
    """The exact sum or mean of a short list of floats alone, or of integers alone, if it is easy."""
    cdef double[FEW] block
    cdef fc_integer_sum integers
    cdef Py_ssize_t count
    cdef Few few = _few_items(a, block, &integers, &count)
    cdef uint64_t divisor = count if is_mean else 1
    cdef bint is_done = False
    cdef uint64_t mode
    if few == FEW_INTEGERS:
        out[0] = fc_integer_quotient(&integers, divisor)
        return True
    if few == FEW_FLOATS:
        mode = fc_enter_mode()
        is_done = fc_exact.try_few(block, count, divisor, out)
        fc_leave_mode(mode)
    return is_done


cdef object _exact_items(str function, object a, Running *running, Py_ssize_t *count):
    """Sum any iterable of numbers exactly: into `running`, but for what is left as the integer that is returned."""
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
    fc_exact_add_integer(&numbers.running.total.exact, &numbers.integers)
    running[0] = numbers.running
    count[0] = numbers.count
    return integers


cdef object _extreme_items(str function, object a, int operation, Py_ssize_t *at):
    """The least or greatest item of any iterable and its index; a NaN ends the search."""
    cdef object best = _Nothing
    cdef Py_ssize_t first = 0
    at[0] = -1
    if PyList_CheckExact(a) or PyTuple_CheckExact(a):
        best = _extreme_of(function, a, best, operation, at)
    else:
        for chunk in _chunks(a):
            at[0] -= first
            best = _extreme_of(function, chunk, best, operation, at)
            at[0] += first
            if isinstance(best, float) and best != best:
                return best
            first += PyList_GET_SIZE(chunk)
            PyErr_CheckSignals()
    if best is _Nothing:
        raise ValueError(f"{function}: 'a' must not be empty")
    return best


class _Nothing:
    """Stands for the best of no items."""


cdef object _extreme_of(str function, object sequence, object best, int operation, Py_ssize_t *where):
    """The better of `best` and the items of a list or tuple; its index, if it is one of those, into `where`."""
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
            where[0] = 0
        # While all are floats, or integers of 64 bits, no Python code runs.
        if PyFloat_CheckExact(<PyObject *>best):
            least = PyFloat_AS_DOUBLE(<PyObject *>best)
            while i < n:
                item = _item(sequence, i)
                if not PyFloat_CheckExact(item):
                    break
                value = PyFloat_AS_DOUBLE(item)
                if value != value:
                    where[0] = i
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
            where[0] = at
    while i < n:
        if _length(sequence) != n:
            raise RuntimeError(f"{function}: 'a' changed size during iteration")
        current = <object>_item(sequence, i)
        if isinstance(current, complex):
            _arguments.reject_element(function, "'a'", current, _arguments.NUMBERS)
        if isinstance(current, float) and current != current:
            where[0] = i
            return current
        if PyObject_RichCompareBool(current, best, operation):
            best = current
            where[0] = i
        i += 1
    return best


# ---- lists as arrays ----


cdef class _Packed:
    """The numbers of a list side by side in memory."""
    cdef void *data

    def __dealloc__(self):
        PyMem_RawFree(self.data)


cdef object _pack(object sequence, Source *source):
    """Open a list or tuple of floats alone, or of integers of 64 bits alone; None for any other."""
    cdef _Packed packed = _Packed.__new__(_Packed)
    cdef Py_ssize_t i = 0, n = _length(sequence)
    cdef int overflow = 0
    cdef PyObject *item
    packed.data = _allocate(n * sizeof(double))
    with cython.critical_section(sequence):
        n = min_size(n, _length(sequence))
        if n > 0 and PyFloat_CheckExact(_item(sequence, 0)):
            source.kind = FC_FLOAT64
            while i < n and PyFloat_CheckExact(_item(sequence, i)):
                (<double *>packed.data)[i] = PyFloat_AS_DOUBLE(_item(sequence, i))
                i += 1
        else:
            source.kind = FC_INT64
            while i < n:
                item = _item(sequence, i)
                if not (PyLong_CheckExact(item) or PyBool_Check(item)):
                    break
                (<int64_t *>packed.data)[i] = _integer(item, &overflow)
                if overflow != 0:
                    break
                i += 1
    if i < n:
        return None
    source.n = n
    source.data = <const char *>packed.data
    return packed
