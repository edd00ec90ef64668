# Sorting, of lists: by keys taken from their items, which are then put in order. No Python code runs meanwhile, so the
# list cannot change. What has no key (items of several types, subclasses, NaN, ints beyond 64 bits) is for list.sort.

cdef extern from "Python.h":
    """
    #include "fastcore.h"
    /* Data, length and kind of an exact str; 0 if it is of an old form that is not ready. */
    static inline int fc_open_str(PyObject *v, fc_text *text) {
    #if PY_VERSION_HEX < 0x030C0000
        if (!PyUnicode_IS_READY(v)) {
            return 0;
        }
    #endif
        text->data = PyUnicode_DATA(v);
        text->length = (size_t)PyUnicode_GET_LENGTH(v);
        text->width = (int)PyUnicode_KIND(v);
        return 1;
    }
    static inline int fc_open_bytes(PyObject *v, fc_text *text) {
        text->data = PyBytes_AS_STRING(v);
        text->length = (size_t)PyBytes_GET_SIZE(v);
        text->width = 1;
        return 1;
    }
    #define FC_IS_TRUE(v) ((v) == Py_True)
    /* The signed key of a float that is no NaN; -0.0 has that of 0.0. */
    static inline int64_t fc_number_key(double x) {
        int64_t bits;
        memcpy(&bits, &x, sizeof bits);
        bits = x == 0.0 ? 0 : bits;
        return bits ^ (bits >> 63 & INT64_MAX);
    }
    static inline int64_t fc_key_bits(int64_t key) { return key ^ (key >> 63 & INT64_MAX); }
    """
    bint fc_open_str(PyObject *v, fc_text *text)
    bint fc_open_bytes(PyObject *v, fc_text *text)
    bint FC_IS_TRUE(PyObject *v)
    int64_t fc_number_key(double x)
    int64_t fc_key_bits(int64_t key)
    bint PyBytes_CheckExact(PyObject *v)
    int64_t INT64_MIN

cdef enum Order:
    MIXED  # and has been found
    RISING
    FALLING  # strictly
    UNKNOWN  # only list.sort knows

cdef enum:
    # Lists up to here are sorted on the stack.
    LIST_FEW = 128
    # Strings whose characters are looked at as soon as they are found: two cache lines each.
    TEXT_CHUNK = 128


cdef Order _float_keys(PyObject **item, Py_ssize_t n, int64_t flip, int64_t *key) noexcept:
    """Write the keys of exact floats and say what order they are in."""
    cdef Py_ssize_t i
    cdef int64_t k, previous = INT64_MIN
    cdef double value
    cdef bint is_rising = True, is_falling = True
    for i in range(n):
        if i + PREFETCH_AHEAD < n:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        if not PyFloat_CheckExact(item[i]):
            return UNKNOWN
        value = PyFloat_AS_DOUBLE(item[i])
        if value != value:
            return UNKNOWN
        k = fc_number_key(value) ^ flip
        is_rising &= previous <= k
        is_falling &= (previous > k) | (i == 0)
        key[i] = previous = k
    return RISING if is_rising else FALLING if is_falling else MIXED


cdef Order _int_keys(PyObject **item, Py_ssize_t n, int64_t flip, int64_t *key) noexcept:
    """The same of exact ints that 64 bits hold."""
    cdef Py_ssize_t i
    cdef int64_t k, previous = INT64_MIN
    cdef int overflow
    cdef bint is_rising = True, is_falling = True
    for i in range(n):
        if i + PREFETCH_AHEAD < n:
            FC_PREFETCH(item[i + PREFETCH_AHEAD])
        if not PyLong_CheckExact(item[i]):
            return UNKNOWN
        k = _integer(item[i], &overflow) ^ flip
        if overflow != 0:
            return UNKNOWN
        is_rising &= previous <= k
        is_falling &= (previous > k) | (i == 0)
        key[i] = previous = k
    return RISING if is_rising else FALLING if is_falling else MIXED


cdef Order _bool_keys(PyObject **item, Py_ssize_t n, int64_t flip, int64_t *key) noexcept:
    cdef Py_ssize_t i
    cdef int64_t k, previous = INT64_MIN
    cdef bint is_rising = True
    for i in range(n):
        if not PyBool_Check(item[i]):
            return UNKNOWN
        k = FC_IS_TRUE(item[i]) ^ flip
        is_rising &= previous <= k
        key[i] = previous = k
    return RISING if is_rising else MIXED


cdef bint _text_keys(PyObject **item, Py_ssize_t n, fc_text *text, fc_text_order *order, int64_t *key) noexcept:
    """Find the characters of exact str or exact bytes, and the keys of these; False if there is anything else."""
    cdef Py_ssize_t start, end, i
    cdef bint is_str = PyUnicode_CheckExact(item[0])
    # A few, from everywhere, for what all may have in common.
    cdef fc_text[TEXT_SAMPLE] sample
    cdef Py_ssize_t count = min_size(2 + n // 8, TEXT_SAMPLE)
    for i in range(count):
        if not _open_text(item[i * (n - 1) // (count - 1)], is_str, &sample[i]):
            return False
    fc_texts.start(order, sample, count)
    for start in range(0, n, TEXT_CHUNK):
        end = min_size(n, start + TEXT_CHUNK)
        for i in range(start, end):
            if i + PREFETCH_AHEAD < n:
                FC_PREFETCH(item[i + PREFETCH_AHEAD])
                FC_PREFETCH(<PyObject *>(<char *>item[i + PREFETCH_AHEAD] + 64))
            if not _open_text(item[i], is_str, &text[i]):
                return False
        fc_texts.keys(order, text, start, end, key)
    return True


cdef inline bint _open_text(PyObject *item, bint is_str, fc_text *text) noexcept:
    if is_str:
        return PyUnicode_CheckExact(item) and fc_open_str(item, text)
    return PyBytes_CheckExact(item) and fc_open_bytes(item, text)


cdef void _grow_room(fc_room *room, size_t wanted) noexcept:
    """Answer a loop that asks for more scratch, without an exception."""
    PyMem_RawFree(room.scratch)
    room.scratch = PyMem_RawMalloc(wanted)
    room.capacity = wanted if room.scratch != NULL else 0
    room.is_last = room.scratch == NULL


cdef Order _order_texts(PyObject **item, Py_ssize_t n, bint descending, int64_t *key, fc_text *few) noexcept:
    cdef fc_text_order order
    cdef fc_room room
    cdef size_t wanted = 1
    cdef Order result = UNKNOWN
    cdef fc_text *text = few if few != NULL else <fc_text *>PyMem_RawMalloc(n * sizeof(fc_text))
    if text == NULL:
        return UNKNOWN
    order.flip = -1 if descending else 0
    if _text_keys(item, n, text, &order, key):
        if order.is_rising:
            result = RISING
        elif order.is_falling:
            result = FALLING
        else:
            result = MIXED
            room.scratch = NULL
            room.capacity = 0
            room.is_last = False
            while wanted > 0:
                wanted = fc_texts.argsort(&order, text, n, key, key + n, &room)
                if wanted > 0:
                    _grow_room(&room, wanted)
            PyMem_RawFree(room.scratch)
    if text != few:
        PyMem_RawFree(text)
    return result


cdef Order _order(PyObject **item, Py_ssize_t n, bint descending, int64_t *key, fc_text *few) noexcept:
    """Find the order of items; if they are MIXED, the first n of `key` become their indices. There is room for 2n."""
    cdef int64_t flip = -1 if descending else 0
    cdef Order order
    cdef fc_room room
    cdef size_t wanted = 1
    if PyFloat_CheckExact(item[0]):
        order = _float_keys(item, n, flip, key)
    elif PyLong_CheckExact(item[0]):
        order = _int_keys(item, n, flip, key)
    elif PyBool_Check(item[0]):
        order = _bool_keys(item, n, flip, key)
    elif PyUnicode_CheckExact(item[0]) or PyBytes_CheckExact(item[0]):
        return _order_texts(item, n, descending, key, few)
    else:
        return UNKNOWN
    if order == MIXED:
        room.scratch = NULL
        room.capacity = 0
        room.is_last = False
        while wanted > 0:
            wanted = fc_orders.argsort_keys(key, n, &room)
            if wanted > 0:
                _grow_room(&room, wanted)
        PyMem_RawFree(room.scratch)
    return order


cdef bint _sort_items(PyObject **item, Py_ssize_t n, bint descending, int64_t *key, fc_text *few) noexcept:
    """Put items in order; False, with nothing changed, where only list.sort knows how."""
    cdef PyObject **ordered = <PyObject **>(key + n)
    cdef PyObject *swap
    cdef Py_ssize_t i
    cdef Order order = _order(item, n, descending, key, few)
    if order == MIXED:
        for i in range(n):
            ordered[i] = item[key[i]]
        memcpy(item, ordered, n * sizeof(PyObject *))
    elif order == FALLING:
        for i in range(n // 2):
            swap = item[i]
            item[i] = item[n - 1 - i]
            item[n - 1 - i] = swap
    return order != UNKNOWN


cdef bint _sort_few(PyObject **item, Py_ssize_t n, bint descending) noexcept:
    cdef int64_t[2 * LIST_FEW] key
    cdef fc_text[LIST_FEW] text
    return _sort_items(item, n, descending, key, text)


cdef bint _sort_many(PyObject **item, Py_ssize_t n, bint descending) noexcept:
    cdef int64_t *key = <int64_t *>PyMem_RawMalloc(2 * n * sizeof(int64_t))
    cdef bint is_sorted = key != NULL and _sort_items(item, n, descending, key, NULL)
    PyMem_RawFree(key)
    return is_sorted


cdef bint _sort_list(list items, bint descending):
    """Sort a list in place; False, with nothing changed, where only list.sort knows how."""
    cdef Py_ssize_t n
    cdef bint is_sorted = True
    with cython.critical_section(items):
        n = PyList_GET_SIZE(items)
        if n > LIST_FEW:
            is_sorted = _sort_many(PySequence_Fast_ITEMS(items), n, descending)
        elif n > 1:
            is_sorted = _sort_few(PySequence_Fast_ITEMS(items), n, descending)
    return is_sorted


cdef list _argsort_list(list items, bint descending):
    """The order of a list; None where only `sorted` knows it."""
    cdef Py_ssize_t i, n
    cdef int64_t[2 * LIST_FEW] few
    cdef fc_text[LIST_FEW] few_text
    cdef int64_t *key = few
    cdef fc_text *text = few_text
    cdef Order order
    cdef list indices = None
    with cython.critical_section(items):
        n = PyList_GET_SIZE(items)
        if n == 0:
            return []
        if n > LIST_FEW:
            text = NULL
            key = <int64_t *>_allocate(2 * n * sizeof(int64_t))
        order = _order(PySequence_Fast_ITEMS(items), n, descending, key, text)
    try:
        if order == MIXED:
            indices = [<Py_ssize_t>key[i] for i in range(n)]
        elif order == RISING:
            indices = list(range(n))
        elif order == FALLING:
            indices = list(range(n - 1, -1, -1))
    finally:
        if key != few:
            PyMem_RawFree(key)
    return indices
