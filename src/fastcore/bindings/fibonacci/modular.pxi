# Fibonacci numbers modulo m: of one index, and of arrays of them.


def fibonacci_mod(n, m):
    cdef uint64_t modulus, word, result
    cdef Py_ssize_t size
    n = _arguments.index("fibonacci_mod", "'n'", n)
    m = _arguments.index("fibonacci_mod", "'m'", m)
    if m < 1 or m.bit_length() > 64:
        return _twin_fibonacci_mod(n, m)
    modulus = m
    magnitude = abs(n)
    if magnitude.bit_length() <= 64:
        word = magnitude
        result = fc_residues.modulo(&word, 1, modulus)
    else:
        size = (magnitude.bit_length() + 63) // 64
        limbs = array("Q", magnitude.to_bytes(8 * size, sys.byteorder))
        if sys.byteorder == "big":
            limbs.reverse()
        result = _modulo_of(limbs, modulus)
    if n < 0 and n % 2 == 0 and result != 0:
        result = modulus - result
    return result


cdef uint64_t _modulo_of(const unsigned long long[::1] limbs, uint64_t modulus) except? 0:
    cdef uint64_t result
    with nogil:
        result = fc_residues.modulo(<const uint64_t *>&limbs[0], limbs.shape[0], modulus)
    return result
