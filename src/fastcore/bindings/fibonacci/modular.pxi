# Fibonacci numbers modulo m: of one index, and of arrays of them.

cdef enum:
    # With a modulus an element takes some forty nanoseconds, and a chunk of so many some milliseconds: the GIL is
    # released from the first on, and Ctrl-C answered after each of the second.
    RELEASE_RESIDUES_FROM = 1024
    RESIDUES_CHUNK = 65536
    # Elements from which indices are packed into bytes as they are checked, and so read from memory once: below, to
    # check them and then read them again out of the caches is quicker.
    PACK_FROM = 1 << 21
    # Bits of an index whose Fibonacci number is asked for in one go, which takes some tenths of a second.
    MOST_BITS = 1 << 24

_TWO_TO_64 = 1 << 64


cdef inline bint _magnitude(object v, uint64_t *magnitude, bint *is_negative) except -1:
    """The magnitude and sign of an exact int, if the former is below 2**64."""
    cdef int overflow
    cdef long long value = _integer(<PyObject *>v, &overflow)
    is_negative[0] = value < 0 if overflow == 0 else overflow < 0
    if overflow == 0:
        magnitude[0] = 0 - <uint64_t>value if value < 0 else <uint64_t>value
        return True
    if v.bit_length() > 64:
        return False
    magnitude[0] = abs(v)
    return True


cdef inline bint _modulus(object m, uint64_t *modulus) except -1:
    """Whether a modulus is from 1 to 2**64; the last as the 0 that the loops take."""
    cdef bint is_negative
    if _magnitude(m, modulus, &is_negative):
        return not is_negative and modulus[0] > 0
    modulus[0] = 0
    return m == _TWO_TO_64


def fibonacci_mod(n, m):
    cdef uint64_t modulus, word, result
    cdef bint is_negative
    if type(n) is not int:
        n = _arguments.index("fibonacci_mod", "'n'", n)
    if type(m) is not int:
        m = _arguments.index("fibonacci_mod", "'m'", m)
    if not _modulus(m, &modulus):
        return _twin_fibonacci_mod(n, m)
    if _magnitude(n, &word, &is_negative):
        result = fc_residues.modulo_word(word, modulus)
        if is_negative and word % 2 == 0 and result != 0:
            result = modulus - result
        return result
    if n.bit_length() > MOST_BITS:
        return _twin_fibonacci_mod(n, m)
    result = _modulo_of(_limbs_of(abs(n)), modulus)
    if is_negative and n % 2 == 0 and result != 0:
        result = modulus - result
    return result


cdef object _limbs_of(object n):
    """An int that is not negative in little-endian 64-bit limbs, at least one."""
    size = n.bit_length() // 64 + 1
    limbs = array("Q", n.to_bytes(8 * size, sys.byteorder))
    if sys.byteorder == "big":
        limbs.reverse()
    return limbs


cdef uint64_t _modulo_of(const unsigned long long[::1] limbs, uint64_t modulus) except? 0:
    cdef uint64_t result
    with nogil:
        result = fc_residues.modulo(<const uint64_t *>&limbs[0], limbs.shape[0], modulus)
    return result


# ---- arrays ----

cdef struct LookUp:
    uint64_t *out
    uint8_t *packed
    bint fits


cdef void _update_check(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef LookUp *look_up = <LookUp *>state
    look_up.fits = look_up.fits and fc_residues.first_beyond(kind, x, n) == n


cdef void _update_pack(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef LookUp *look_up = <LookUp *>state
    look_up.fits = fc_residues.pack(kind, x, n, look_up.packed) and look_up.fits
    look_up.packed += n


cdef void _update_look_up(void *state, int kind, const void *x, size_t n) noexcept nogil:
    cdef LookUp *look_up = <LookUp *>state
    look_up.fits = fc_residues.look_up(kind, x, n, look_up.out) and look_up.fits
    look_up.out += n


cdef bint _look_up(object owner, Source *source, uint64_t *out, bint is_own) except -1:
    """F of all elements into `out`; whether they are from 0 to 93. If not, nothing is written but into what is our own.
    """
    cdef LookUp look_up
    look_up.out = out
    look_up.fits = True
    if not is_own:
        if source.n >= PACK_FROM and fc_kind_size(source.kind) >= 4:
            return _look_up_packed(owner, source, out)
        _walk(owner, source, _update_check, &look_up)
        if not look_up.fits:
            return False
    _walk(owner, source, _update_look_up, &look_up)
    return look_up.fits


cdef bint _look_up_packed(object owner, Source *source, uint64_t *out) except -1:
    cdef LookUp look_up
    cdef uint8_t *packed = <uint8_t *>_allocate(source.n)
    cdef Py_ssize_t n = source.n
    look_up.packed = packed
    look_up.fits = True
    try:
        _walk(owner, source, _update_pack, &look_up)
        if look_up.fits:
            with nogil:
                fc_residues.look_up_bytes(packed, n, out)
    finally:
        PyMem_RawFree(packed)
    return look_up.fits


cdef int _residues(object owner, Source *source, uint64_t modulus, uint64_t *out) except -1:
    """F of all elements modulo m into `out`."""
    cdef unsigned int bits
    cdef void *plan
    cdef Py_ssize_t first = 0, count, n = source.n
    cdef const char *data = source.data
    cdef size_t size = fc_kind_size(source.kind)
    cdef int kind = source.kind
    if n == 0:
        return 0
    if data == NULL:
        if _is_ndarray(owner):
            owner = sys.modules["numpy"].ascontiguousarray(owner)
            data = <const char *>FC_DATA(<PyObject *>owner)
        else:
            owner = memoryview(owner.tobytes())
            data = <const char *>PyMemoryView_GET_BUFFER(owner).buf
    if n < RELEASE_RESIDUES_FROM:
        bits = fc_residues.bits(kind, data, n)
    else:
        with nogil:
            bits = fc_residues.bits(kind, data, n)
    plan = _allocate(fc_residues_scratch_size(bits, n))
    try:
        fc_residues.prepare(modulus, bits, n, plan)
        if n < RELEASE_RESIDUES_FROM:
            fc_residues.residues(plan, kind, data, n, out)
            return 0
        while first < n:
            count = min_size(RESIDUES_CHUNK, n - first)
            with nogil:
                fc_residues.residues(plan, kind, data + first * size, count, out + first)
            PyErr_CheckSignals()
            first += count
    finally:
        PyMem_RawFree(plan)
    return 0


cdef bint _into(object owner, Source *source, bint has_modulus, uint64_t modulus, uint64_t *out,
                bint is_own) except -1:
    if has_modulus:
        _residues(owner, source, modulus, out)
        return True
    return _look_up(owner, source, out, is_own)


cdef uint64_t *_plain_out(object out, Source *source) except? NULL:
    """Where the elements of a checked `out` lie, side by side; NULL if they do not, or if one is written before what
    lies there is read."""
    cdef uint64_t *target = NULL
    cdef Py_ssize_t size = source.n * <Py_ssize_t>fc_kind_size(source.kind)
    cdef Py_buffer *buffer
    if source.data == NULL:
        return NULL
    if _is_ndarray(out):
        if FC_IS_CARRAY(<PyObject *>out):
            target = <uint64_t *>FC_DATA(<PyObject *>out)
    else:
        view = memoryview(out)
        if view.c_contiguous and view.format[0] not in "<>!":
            buffer = PyMemoryView_GET_BUFFER(view)
            target = <uint64_t *>buffer.buf
            if <size_t>target % sizeof(uint64_t) != 0:
                return NULL
    if <const char *>target == source.data and size == 8 * source.n:
        return target
    if <const char *>target < source.data + size and source.data < <const char *>(target + source.n):
        return NULL
    return target


cdef bint _copy_out(object numbers, object out) except -1:
    """Copy an array.array into a checked `out`; False if only the twin can."""
    if _is_ndarray(out):
        if len(numbers) > 0:
            out[...] = sys.modules["numpy"].frombuffer(numbers, dtype="uint64").reshape(out.shape)
        return True
    view = memoryview(out)
    if not view.c_contiguous or view.format[0] in "<>!":
        return False
    if len(numbers) > 0:
        view.cast("B")[:] = memoryview(numbers).cast("B")
    return True


cdef uint64_t *_words_of(object numbers) except? NULL:
    """Where the elements of an array.array of 64-bit words lie."""
    view = memoryview(numbers)
    return <uint64_t *>PyMemoryView_GET_BUFFER(view).buf


cdef object _array_of(object n, object owner, Source *source, bint has_modulus, uint64_t modulus, object out):
    """The results for an array of integers, or None if that is for the twin."""
    cdef uint64_t *target = NULL
    cdef bint is_array = _is_ndarray(owner)
    if out is not None:
        shape = owner.shape if is_array else memoryview(n).shape
        if not _is_ready_out(out, FC_UINT64, shape):
            _arguments.check_out("fibonacci_array", out, "uint64", shape)
        target = _plain_out(out, source)
        if target != NULL:
            return out if _into(owner, source, has_modulus, modulus, target, False) else None
    elif is_array:
        result = PyArray_EMPTY(FC_NDIM(<PyObject *>owner), FC_DIMS(<PyObject *>owner), _type_of_kind[<int>FC_UINT64], 0)
        target = <uint64_t *>FC_DATA(<PyObject *>result)
        return result if _into(owner, source, has_modulus, modulus, target, True) else None
    numbers = array("Q", [0]) * source.n
    if not _into(owner, source, has_modulus, modulus, _words_of(numbers), True):
        return None
    if out is None:
        return numbers
    return out if _copy_out(numbers, out) else None


# ---- lists ----

cdef list _number_list(object sequence):
    """F of the items of a list or tuple; None unless all are ints from 0 to 93."""
    cdef Py_ssize_t i = 0, n = _length(sequence)
    cdef PyObject *item
    cdef list numbers = PyList_New(n)
    cdef bint fits = True
    with cython.critical_section(sequence):
        fits = _length(sequence) == n
        while i < n:
            number = None
            if fits:
                item = _item(sequence, i)
                fits = PyLong_CheckExact(item) and FC_IS_SMALL(item) and 0 <= FC_SMALL_VALUE(item) <= FC_FIBONACCI_WORD
                if fits:
                    number = <object>PyList_GET_ITEM(_fibonacci_first, FC_SMALL_VALUE(item))
            Py_INCREF(number)
            PyList_SET_ITEM(numbers, i, number)
            i += 1
    return numbers if fits else None


cdef object _integers_of(object sequence):
    """The items of a list or tuple as exact ints, or None if one is no integer."""
    try:
        return [v if type(v) is int else _arguments.index("fibonacci_array", "'n'", v) for v in list(sequence)]
    except TypeError:
        return None


cdef object _list_of(object sequence, bint has_modulus, uint64_t modulus, object mod, object out):
    """The results for a list or tuple, or None if that is for the twin."""
    cdef Source source
    cdef uint64_t *number
    cdef Py_ssize_t i
    cdef list results
    cdef object result
    if not has_modulus and out is None:
        results = _number_list(sequence)
        if results is not None:
            return results
    packed = _pack(sequence, &source)
    if packed is None:
        sequence = _integers_of(sequence)
        if sequence is None:
            return None
        packed = _pack(sequence, &source)
    if packed is not None and source.kind != FC_INT64:
        return None
    if out is not None:
        _arguments.check_out("fibonacci_array", out, "uint64", (_length(sequence),))
    if packed is None:
        if not has_modulus:
            return None
        numbers = array("Q")
        for v in sequence:
            numbers.append(fibonacci_mod(v, mod))
            PyErr_CheckSignals()
    else:
        numbers = array("Q", [0]) * source.n
        if not _into(packed, &source, has_modulus, modulus, _words_of(numbers), True):
            return None
    if out is not None:
        return out if _copy_out(numbers, out) else None
    number = _words_of(numbers)
    results = PyList_New(len(numbers))
    for i in range(PyList_GET_SIZE(results)):
        result = number[i]
        Py_INCREF(result)
        PyList_SET_ITEM(results, i, result)
    return results


def fibonacci_array(n, *, mod=None, out=None):
    cdef Source source
    cdef uint64_t modulus = 0
    cdef bint has_modulus = mod is not None
    if has_modulus:
        if type(mod) is not int:
            mod = _arguments.index("fibonacci_array", "'mod'", mod)
        if not _modulus(mod, &modulus):
            return _twin_fibonacci_array(n, mod=mod, out=out)
    result = None
    if not _is_sequence(n):
        owner = _open_array(n, &source)
        if owner is not None:
            if source.kind <= FC_UINT64:
                result = _array_of(n, owner, &source, has_modulus, modulus, out)
            return _twin_fibonacci_array(n, mod=mod, out=out) if result is None else result
        if _needs_twin(n):
            return _twin_fibonacci_array(n, mod=mod, out=out)
        n = list(n)
    result = _list_of(n, has_modulus, modulus, mod, out)
    return _twin_fibonacci_array(n, mod=mod, out=out) if result is None else result
