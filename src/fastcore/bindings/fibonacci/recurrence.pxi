# Linear recurrences.

cdef enum:
    # Products between two looks for Ctrl-C: some ten milliseconds.
    PRODUCTS_CHUNK = 1 << 23
    # Products from which the GIL is released.
    RELEASE_PRODUCTS_FROM = 1 << 15


cdef bint _reduce_items(object sequence, Py_ssize_t k, object mod, uint64_t modulus, uint64_t *out) except -1:
    """The items of a list or tuple modulo m; False if one is no exact int."""
    cdef Py_ssize_t i
    cdef long long value
    cdef int overflow
    cdef uint64_t word
    cdef PyObject *item
    with cython.critical_section(sequence):
        if _length(sequence) != k:
            return False
        for i in range(k):
            item = _item(sequence, i)
            if not PyLong_CheckExact(item):
                return False
            value = _integer(item, &overflow)
            if overflow != 0:
                word = <object>item % mod
            elif value >= 0:
                word = <uint64_t>value
                if modulus != 0 and word >= modulus:
                    word %= modulus
            else:
                word = 0 - <uint64_t>value
                if modulus != 0:
                    word %= modulus
                word = modulus - word if word != 0 else 0
            out[i] = word
    return True


cdef uint64_t _run_recurrence(void *state, object n, uint64_t word, Py_ssize_t k) except? 0:
    """x[n] of a state that has been started; n is taken from `word` unless it is 0."""
    cdef const unsigned long long[::1] limbs
    cdef const uint64_t *limb = &word
    cdef size_t bit = 0, last, bits = n.bit_length()
    cdef size_t chunk = <size_t>(1 + PRODUCTS_CHUNK // (k * k + 16))
    if word == 0:
        limbs = _limbs_of(n)
        limb = <const uint64_t *>&limbs[0]
    if bits * k * k < RELEASE_PRODUCTS_FROM:
        fc_recurrences.advance(state, limb, 0, bits)
    else:
        while bit < bits:
            last = bit + chunk if bits - bit > chunk else bits
            with nogil:
                fc_recurrences.advance(state, limb, bit, last)
            PyErr_CheckSignals()
            bit = last
    return fc_recurrences.finish(state)


cdef object _recurrence(object coefficients, object initial, object n, object mod):
    """The result for lists or tuples of exact ints and a modulus below 2**64; None if that is for the twin."""
    cdef uint64_t modulus, word
    cdef uint64_t *given
    cdef void *state
    cdef bint is_negative
    cdef Py_ssize_t k = _length(coefficients)
    if k == 0 or _length(initial) != k or type(n) is not int or not _modulus(mod, &modulus):
        return None
    if not _magnitude(n, &word, &is_negative):
        word = 0
    if is_negative:
        return None
    if word < <uint64_t>k and n < k:
        v = <object>_item(initial, word)
        return v % mod if type(v) is int and _are_integers(coefficients) and _are_integers(initial) else None
    state = _allocate(fc_recurrence_scratch_size(k) + 2 * k * sizeof(uint64_t))
    try:
        given = <uint64_t *>(<char *>state + fc_recurrence_scratch_size(k))
        if not (
            _reduce_items(coefficients, k, mod, modulus, given)
            and _reduce_items(initial, k, mod, modulus, given + k)
        ):
            return None
        fc_recurrences.start(modulus, given, given + k, k, state)
        return _run_recurrence(state, n, word, k)
    finally:
        PyMem_RawFree(state)


cdef bint _are_integers(object sequence) except -1:
    for v in sequence:
        if type(v) is not int:
            return False
    return True


cdef object _list_of_integers(object values):
    """A list or tuple as it is; an array of integers, or any other iterable, as a list."""
    if _is_sequence(values):
        return values
    if _is_ndarray(values) and FC_NDIM(<PyObject *>values) == 1 and 0 <= _kind_of_ndarray(values) <= FC_UINT64:
        return values.tolist()
    return list(values) if _arguments.is_iterable(values) else values


def linear_recurrence(coefficients, initial, n, *, mod=None):
    if mod is not None:
        coefficients = _list_of_integers(coefficients)
        initial = _list_of_integers(initial)
        if type(n) is not int and hasattr(type(n), "__index__"):
            n = n.__index__()
        if type(mod) is not int and hasattr(type(mod), "__index__"):
            mod = mod.__index__()
        if type(mod) is int and type(n) is int and _is_sequence(coefficients) and _is_sequence(initial):
            result = _recurrence(coefficients, initial, n, mod)
            if result is not None:
                return result
    return _twin_linear_recurrence(coefficients, initial, n, mod=mod)
