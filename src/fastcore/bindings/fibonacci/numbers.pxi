# The numbers themselves: from limbs to Python's digits.

cdef extern from *:
    """
    #include "wide.h"
    /* An int of `count` 64-bit limbs, the lowest first and the highest not 0, at least three digits of Python's. */
    static PyObject *fc_long_of_limbs(const uint64_t *limbs, size_t count, int is_negative) {
    #if PYLONG_BITS_IN_DIGIT == 30 && !defined(WORDS_BIGENDIAN)
        const size_t bits = 64 * count - fc_leading_zeros(limbs[count - 1]), digits = (bits + 29) / 30;
        size_t i = 0;
        uint32_t *out;
        PyObject *number;
    #if PY_VERSION_HEX >= 0x030E0000
        void *raw;
        PyLongWriter *writer = PyLongWriter_Create(is_negative, (Py_ssize_t)digits, &raw);
        if (writer == NULL) {
            return NULL;
        }
        out = (uint32_t *)raw;
    #else
        PyLongObject *value = _PyLong_New((Py_ssize_t)digits);
        if (value == NULL) {
            return NULL;
        }
        number = (PyObject *)value;
    #if PY_VERSION_HEX >= 0x030C0000
        out = value->long_value.ob_digit;
        if (is_negative) {
            value->long_value.lv_tag |= 2;
        }
    #else
        out = value->ob_digit;
        if (is_negative) {
            Py_SET_SIZE(value, -(Py_ssize_t)digits);
        }
    #endif
    #endif
        /* Two digits from the eight bytes that bit 60·k lies in. */
        for (; 60 * (i / 2) + 64 <= 64 * count && i + 2 <= digits; i += 2) {
            uint64_t eight;
            memcpy(&eight, (const char *)limbs + 15 * i / 4, 8);
            eight >>= i & 2 ? 4 : 0;
            out[i] = (uint32_t)eight & 0x3fffffff;
            out[i + 1] = (uint32_t)(eight >> 30) & 0x3fffffff;
        }
        for (; i < digits; i++) {
            size_t bit = 30 * i, limb = bit / 64, shift = bit % 64;
            uint64_t digit = limbs[limb] >> shift;
            if (shift > 34 && limb + 1 < count) {
                digit |= limbs[limb + 1] << (64 - shift);
            }
            out[i] = (uint32_t)digit & 0x3fffffff;
        }
    #if PY_VERSION_HEX >= 0x030E0000
        number = PyLongWriter_Finish(writer);
    #endif
        return number;
    #else
    #if PY_VERSION_HEX >= 0x030D0000
        PyObject *magnitude = PyLong_FromUnsignedNativeBytes(limbs, count * 8, Py_ASNATIVEBYTES_NATIVE_ENDIAN);
        PyObject *number = magnitude;
    #else
        PyObject *magnitude = _PyLong_FromByteArray((const unsigned char *)limbs, count * 8, PY_LITTLE_ENDIAN, 0);
        PyObject *number = magnitude;
    #endif
        if (magnitude != NULL && is_negative) {
            number = PyNumber_Negative(magnitude);
            Py_DECREF(magnitude);
        }
        return number;
    #endif
    }
    """
    object fc_long_of_limbs(const uint64_t *limbs, size_t count, bint is_negative)

cdef enum:
    # Below, some microseconds, giving the GIL up would take more than a hundredth of the time.
    FIBONACCI_RELEASE_FROM = 16384
    FIBONACCI_READY = 370  # the last number below 2**256
    FIBONACCI_ROOM = 2048  # words on the stack


_FIBONACCI_FAULT = "a Fibonacci number failed its check modulo 2**61 - 1: the processor or its memory is at fault"


cdef int _is_interrupted(void *context) noexcept nogil:
    """Whether a signal handler raised; the exception waits for the caller."""
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            (<list>context).append(error)
            return 1
    return 0


cdef list _first_fibonacci_numbers():
    cdef list numbers = []
    at, after = 0, 1
    while len(numbers) <= FIBONACCI_READY:
        numbers.append(at)
        at, after = after, at + after
    return numbers


# F(0) … F(370), ready to be returned.
cdef list _fibonacci_first = _first_fibonacci_numbers()


cdef object _fibonacci_number(uint64_t n, bint is_lucas, bint is_negative):
    """F(n) or L(n), or the negative of it, for n beyond the first."""
    cdef uint64_t[FIBONACCI_ROOM] room
    cdef size_t size = fc_fibonacci.scratch_size(n), used
    cdef const uint64_t *limbs
    if size <= sizeof(room):
        used = fc_fibonacci.number(n, is_lucas, room, &limbs, NULL, NULL)
        return fc_long_of_limbs(limbs, used, is_negative)
    cdef list errors
    cdef void *scratch = _allocate(size)
    try:
        if n < FIBONACCI_RELEASE_FROM:
            used = fc_fibonacci.number(n, is_lucas, scratch, &limbs, NULL, NULL)
        else:
            errors = []
            with nogil:
                used = fc_fibonacci.number(n, is_lucas, scratch, &limbs, _is_interrupted, <void *>errors)
        if used == 0:
            raise errors[0]
        if used == <size_t>FC_FIBONACCI_FAULT:
            raise RuntimeError(_FIBONACCI_FAULT)
        return fc_long_of_limbs(limbs, used, is_negative)
    finally:
        PyMem_RawFree(scratch)


cdef object _fibonacci_of(long long n):
    """F(-n) = F(n) for odd n, -F(n) for even n."""
    cdef uint64_t magnitude = <uint64_t>(n if n >= 0 else -n)
    cdef bint is_negative = n < 0 and n % 2 == 0
    if magnitude <= FIBONACCI_READY:
        number = _fibonacci_first[magnitude]
        return -number if is_negative else number
    return _fibonacci_number(magnitude, False, is_negative)


cdef inline long long _index_of_number(str function, object n) except? -1:
    """The argument `n`, checked: of an int of one digit nothing needs to be."""
    if PyLong_CheckExact(<PyObject *>n) and FC_IS_SMALL(<PyObject *>n):
        return FC_SMALL_VALUE(<PyObject *>n)
    return _fibonacci_index(function, "'n'", n)


def fibonacci(n):
    return _fibonacci_of(_index_of_number("fibonacci", n))


def lucas(n):
    # L(-n) = L(n) for even n, -L(n) for odd n.
    cdef long long value = _index_of_number("lucas", n)
    cdef uint64_t magnitude = <uint64_t>(value if value >= 0 else -value)
    cdef bint is_negative = value < 0 and value % 2 != 0
    if magnitude > FIBONACCI_READY:
        return _fibonacci_number(magnitude, True, is_negative)
    number = 2 if magnitude == 0 else _fibonacci_first[magnitude] + 2 * _fibonacci_first[magnitude - 1]
    return -number if is_negative else number


def fibonacci_str(n):
    cdef long long value = _index_of_number("fibonacci_str", n)
    cdef uint64_t magnitude = <uint64_t>(value if value >= 0 else -value)
    cdef uint64_t[FIBONACCI_ROOM] room
    cdef void *scratch = <void *>room
    cdef size_t size
    cdef fc_decimal_words number
    if magnitude <= FIBONACCI_READY:
        return str(_fibonacci_of(value))
    if magnitude > fc_decimals.most():
        return _twin_fibonacci_str(value)
    cdef bint is_negative = value < 0 and value % 2 == 0
    cdef int is_done
    cdef list errors
    size = fc_decimals.scratch_size(magnitude)
    if size > sizeof(room):
        scratch = _allocate(size)
    try:
        if magnitude < FIBONACCI_RELEASE_FROM:
            is_done = fc_decimals.number(magnitude, scratch, &number, NULL, NULL)
        else:
            errors = []
            with nogil:
                is_done = fc_decimals.number(magnitude, scratch, &number, _is_interrupted, <void *>errors)
        if not is_done:
            raise errors[0]
        if is_done == FC_FIBONACCI_FAULT:
            raise RuntimeError(_FIBONACCI_FAULT)
        return _text_of_decimal(&number, is_negative)
    finally:
        if size > sizeof(room):
            PyMem_RawFree(scratch)


cdef object _text_of_decimal(const fc_decimal_words *number, bint is_negative):
    text = PyUnicode_New(fc_decimals.length(number) + is_negative, 127)
    cdef char *out = <char *>FC_TEXT_START(<PyObject *>text)
    if is_negative:
        out[0] = b"-"
        out += 1
    fc_decimals.write(number, out)
    return text


def fibonacci_range(start, stop):
    cdef long long n, first, last
    first = _fibonacci_index("fibonacci_range", "'start'", start)
    last = _fibonacci_index("fibonacci_range", "'stop'", stop)
    cdef list numbers = []
    n = first
    while n < last and -FIBONACCI_READY <= n <= FIBONACCI_READY:
        numbers.append(_fibonacci_of(n))
        n += 1
    if n < last:
        at, after = _fibonacci_of(n), _fibonacci_of(n + 1)
        while n < last:
            numbers.append(at)
            at, after = after, at + after
            n += 1
            if n & 0xfff == 0:
                PyErr_CheckSignals()
    return numbers
