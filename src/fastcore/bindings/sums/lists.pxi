# Reductions of lists and other iterables.

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
    _start_integers(&numbers.integers)
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
        fc_integer_carry(&numbers.integers)


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
    _start_numbers(&numbers, FLOAT_SUM)
    rest = _collect(&numbers, a)
    fc_integer_carry(&numbers.integers)
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
    fc_integer_carry(&numbers.integers)
    return _integer_total(&numbers.integers) + integers


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
