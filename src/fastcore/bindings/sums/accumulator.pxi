# ExactSum: the digits of the exact sum, and a Python integer for what 64-bit integers and floats do not hold.

cdef class _Accumulator:
    cdef Running running
    cdef object integers
    cdef object count

    def __cinit__(self):
        _start(&self.running, EXACT_SUM, FC_FLOAT64)
        self.integers = 0
        self.count = 0

    cdef int add_array(self, object owner, Source *source, int threads) except -1:
        cdef Running part
        if source.data != NULL and threads == 1:
            with cython.critical_section(self):
                _update(&self.running, source.kind, source.data, source.n)
                self.count += source.n
                self.spill()
            return 0
        _reduce_array(owner, source, &part, EXACT_SUM, threads)
        return self.add(&part.total.exact, 0, source.n)

    cdef int add(self, const fc_exact_sum *exact, object integers, object count) except -1:
        with cython.critical_section(self):
            if exact != NULL:
                fc_exact_merge(&self.running.total.exact, exact)
            self.integers += integers
            self.count += count
            self.spill()
        return 0

    cdef int spill(self) except -1:
        """Move what outgrows the digits to the integers, which do not end."""
        cdef fc_exact_sum *exact = &self.running.total.exact
        if fc_exact_is_large(exact):
            flags = exact.flags
            integral, fraction = divmod(_exact_integer(exact), _pure_sums.UNITS_PER_ONE)
            self.integers += integral
            fc_exact_start(exact)
            _restore_digits(exact, fraction)
            exact.flags = flags
        return 0

    cdef object read(self, fc_exact_sum *exact):
        """The integers and the count; the rest into `exact`."""
        with cython.critical_section(self):
            exact[0] = self.running.total.exact
            integers = self.integers
            count = self.count
        return integers, count


class ExactSum:
    __slots__ = ("_accumulator",)

    def __init__(self):
        self._accumulator = _Accumulator()

    @property
    def count(self):
        return (<_Accumulator>self._accumulator).count

    def update(self, a, *, threads=None):
        cdef _Accumulator accumulator = self._accumulator
        cdef Source source
        cdef Running part
        cdef Py_ssize_t count
        cdef int thread_count = _thread_count("ExactSum.update", threads)
        if not _is_sequence(a):
            owner = _open_array(a, &source)
            if owner is not None:
                if _is_float_kind(source.kind):
                    accumulator.add_array(owner, &source, thread_count)
                else:
                    _reduce_array(owner, &source, &part, INTEGER_SUM, thread_count)
                    accumulator.add(NULL, _integer_total(&part.total.integers), source.n)
                return
            if _needs_twin(a):
                a = _arguments.read("ExactSum.update", "'a'", a).values
        integers = _exact_items("ExactSum.update", a, &part, &count)
        accumulator.add(&part.total.exact, integers, count)

    def add(self, x):
        cdef _Accumulator accumulator = self._accumulator
        cdef Source source
        cdef double value
        if not PyFloat_CheckExact(<PyObject *>x):
            x = _pure_sums.one_number("ExactSum.add", x)
            if type(x) is int:
                accumulator.add(NULL, x, 1)
                return
        value = x
        source.kind = FC_FLOAT64
        source.n = 1
        source.data = <const char *>&value
        accumulator.add_array(None, &source, 1)

    def merge(self, other):
        cdef fc_exact_sum exact
        if not isinstance(other, ExactSum):
            _arguments.reject("ExactSum.merge", "'other'", type(other).__name__, "ExactSum")
        integers, count = (<_Accumulator>other._accumulator).read(&exact)
        (<_Accumulator>self._accumulator).add(&exact, integers, count)

    def result(self):
        cdef fc_exact_sum exact
        integers, _ = (<_Accumulator>self._accumulator).read(&exact)
        return _fsum_result("ExactSum.result", &exact, integers)

    def fraction(self):
        return self._twin().fraction()

    def mean(self):
        cdef fc_exact_sum exact
        integers, count = (<_Accumulator>self._accumulator).read(&exact)
        if count == 0:
            return _pure_sums.mean_of_nothing("ExactSum.mean: nothing was added")
        return _mean_result("ExactSum.mean", &exact, integers, count)

    def __eq__(self, other):
        if not isinstance(other, ExactSum):
            return NotImplemented
        return self._state() == other._state()

    __hash__ = None

    def __repr__(self):
        return repr(self._twin())

    def __copy__(self):
        copied = type(self)()
        copied._restore(*self._state())
        return copied

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        from fastcore import _backend

        return _backend.restore_exact_sum, self._state()

    def _state(self):
        cdef fc_exact_sum exact
        integers, count = (<_Accumulator>self._accumulator).read(&exact)
        return _exact_integer(&exact) + integers * _pure_sums.UNITS_PER_ONE, int(exact.flags), count

    def _twin(self):
        twin = _pure_sums.ExactSum()
        twin._restore(*self._state())
        return twin

    def _restore(self, total, special, count):
        cdef _Accumulator accumulator = _Accumulator()
        accumulator.integers, fraction = divmod(total, _pure_sums.UNITS_PER_ONE)
        accumulator.count = count
        _restore_digits(&accumulator.running.total.exact, fraction)
        accumulator.running.total.exact.flags = special
        self._accumulator = accumulator


cdef int _restore_digits(fc_exact_sum *exact, object fraction) except -1:
    """A fraction of one, in units of 2**-1074, as 32-bit pieces, each a double."""
    cdef double value
    cdef int exponent = -1074
    while fraction:
        value = ldexp(<double>(fraction & 0xffffffff), exponent)
        fc_exact.update(exact, FC_FLOAT64, &value, 1)
        fraction >>= 32
        exponent += 32
    return 0
