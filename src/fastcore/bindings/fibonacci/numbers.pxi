# The fibonacci family: from Python integers to limbs and back.

cdef extern from *:
    """
    #if PY_VERSION_HEX >= 0x030D0000
    #define FC_LONG_FROM_LIMBS(limbs, count) \
        PyLong_FromUnsignedNativeBytes(limbs, (count) * 8, Py_ASNATIVEBYTES_LITTLE_ENDIAN)
    #else
    #define FC_LONG_FROM_LIMBS(limbs, count) _PyLong_FromByteArray((const unsigned char *)(limbs), (count) * 8, 1, 0)
    #endif
    """
    object FC_LONG_FROM_LIMBS(const uint64_t *limbs, size_t count)
    unsigned long long PyLong_AsUnsignedLongLong(object v) except? 0xffffffffffffffff


cdef int _is_interrupted(void *context) noexcept nogil:
    """Whether a signal handler raised; the exception waits for the caller."""
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            (<list>context).append(error)
            return 1
    return 0


cdef object _fibonacci_number(uint64_t n):
    cdef uint64_t *limbs
    cdef void *scratch
    cdef size_t used
    if n <= FC_FIBONACCI_WORD:
        return fc_fibonacci_word[n]
    cdef list errors = []
    limbs = <uint64_t *>_allocate(fc_fibonacci_limbs(n) * sizeof(uint64_t))
    try:
        scratch = _allocate(fc_fibonacci_scratch_size(n))
        try:
            if n < 4096:
                used = fc_fibonacci.number(n, limbs, scratch, NULL, NULL)
            else:
                with nogil:
                    used = fc_fibonacci.number(n, limbs, scratch, _is_interrupted, <void *>errors)
        finally:
            PyMem_RawFree(scratch)
        if used == 0:
            raise errors[0]
        return FC_LONG_FROM_LIMBS(limbs, used)
    finally:
        PyMem_RawFree(limbs)


cdef object _signed_fibonacci(long long n):
    """F(-n) = F(n) for odd n, -F(n) for even n."""
    number = _fibonacci_number(<uint64_t>(n if n >= 0 else -n))
    return number if n >= 0 or n % 2 != 0 else -number


def fibonacci(n):
    return _signed_fibonacci(_fibonacci_index("fibonacci", "'n'", n) if type(n) is not int or n.bit_length() > 32
                             else n)


def fibonacci_range(start, stop):
    cdef long long n, first, last
    first = _fibonacci_index("fibonacci_range", "'start'", start)
    last = _fibonacci_index("fibonacci_range", "'stop'", stop)
    cdef list numbers = []
    n = first
    while n < last and -FC_FIBONACCI_WORD <= n <= FC_FIBONACCI_WORD:
        numbers.append(_signed_fibonacci(n))
        n += 1
    if n < last:
        at, after = _signed_fibonacci(n), _signed_fibonacci(n + 1)
        while n < last:
            numbers.append(at)
            at, after = after, at + after
            n += 1
            if n & 0xfff == 0:
                PyErr_CheckSignals()
    return numbers
