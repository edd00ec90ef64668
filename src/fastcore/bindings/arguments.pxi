# The floor that all families share: what an argument is, and a way over its elements.
#
# An array is opened into a Source: a pointer if its elements lie side by side, otherwise the object whose typed
# memoryview the strided kernels take. Anything that only the twins understand (and every error) goes to the twins.

cdef extern from "numpy/arrayobject.h" nogil:
    """
    #define FC_ARRAY(a) ((PyArrayObject *)(a))
    #define FC_IS_CARRAY(a) PyArray_ISCARRAY_RO(FC_ARRAY(a))
    #define FC_IS_BEHAVED(a) PyArray_ISBEHAVED_RO(FC_ARRAY(a))
    #define FC_IS_WRITEABLE(a) PyArray_ISWRITEABLE(FC_ARRAY(a))
    #define FC_DATA(a) PyArray_DATA(FC_ARRAY(a))
    #define FC_SIZE(a) (FC_NDIM(a) == 1 ? FC_DIMS(a)[0] : PyArray_SIZE(FC_ARRAY(a)))
    #define FC_NDIM(a) PyArray_NDIM(FC_ARRAY(a))
    #define FC_TYPE(a) PyArray_TYPE(FC_ARRAY(a))
    #define FC_DIMS(a) PyArray_DIMS(FC_ARRAY(a))
    #define FC_STRIDES(a) PyArray_STRIDES(FC_ARRAY(a))
    #define FC_SORT(a) PyArray_Sort(FC_ARRAY(a), -1, NPY_QUICKSORT)
    """
    int _import_array() except -1
    bint PyArray_CheckExact(object a)
    bint PyArray_Check(object a)
    bint FC_IS_CARRAY(PyObject *a)
    bint FC_IS_BEHAVED(PyObject *a)
    bint FC_IS_WRITEABLE(PyObject *a)
    void *FC_DATA(PyObject *a)
    Py_ssize_t FC_SIZE(PyObject *a)
    int FC_NDIM(PyObject *a)
    int FC_TYPE(PyObject *a)
    Py_ssize_t *FC_DIMS(PyObject *a)
    Py_ssize_t *FC_STRIDES(PyObject *a)
    int FC_SORT(object a) except -1
    object PyArray_EMPTY(int nd, Py_ssize_t *dims, int typenum, int fortran)
    int NPY_BOOL, NPY_HALF, NPY_FLOAT, NPY_DOUBLE, NPY_INT64
    int NPY_BYTE, NPY_UBYTE, NPY_SHORT, NPY_USHORT, NPY_INT, NPY_UINT
    int NPY_LONG, NPY_ULONG, NPY_LONGLONG, NPY_ULONGLONG

cdef extern from "Python.h":
    """
    #if defined(__GNUC__)
    #define FC_PREFETCH(address) __builtin_prefetch(address)
    #else
    #define FC_PREFETCH(address) ((void)(address))
    #endif
    /* An int of one digit, whose value is read in place. */
    #if PY_VERSION_HEX >= 0x030C0000
    #define FC_IS_SMALL(v) PyUnstable_Long_IsCompact((const PyLongObject *)(v))
    #define FC_SMALL_VALUE(v) PyUnstable_Long_CompactValue((const PyLongObject *)(v))
    #else
    #define FC_IS_SMALL(v) ((size_t)(Py_SIZE(v) + 1) < 3)
    #define FC_SMALL_VALUE(v) (Py_SIZE(v) * (Py_ssize_t)((PyLongObject *)(v))->ob_digit[0])
    #endif
    /* An int of two or three digits below 2^63 in magnitude, read in place too where its layout is known. */
    static inline int fc_medium_value(PyObject *v, long long *value) {
    #if PYLONG_BITS_IN_DIGIT == 30 && PY_VERSION_HEX < 0x030F0000
    #if PY_VERSION_HEX >= 0x030C0000
        const digit *d = ((PyLongObject *)v)->long_value.ob_digit;
        size_t tag = ((PyLongObject *)v)->long_value.lv_tag, n = tag >> 3;
        int is_negative = (tag & 3) == 2;
    #else
        const digit *d = ((PyLongObject *)v)->ob_digit;
        int is_negative = Py_SIZE(v) < 0;
        size_t n = (size_t)(is_negative ? -Py_SIZE(v) : Py_SIZE(v));
    #endif
        /* Of ints about 2^60 some have two digits and some three: no branch tells them apart. */
        unsigned long long magnitude, top, sign = 0 - (unsigned long long)is_negative;
        if (n - 2 > 1) {
            return 0;
        }
        top = d[n - 1];
        if (n == 3 && top > 7) {
            return 0;
        }
        magnitude = d[0] | (unsigned long long)d[1] << 30 | (top << 60 & (0 - (unsigned long long)(n - 2)));
        *value = (long long)((magnitude ^ sign) - sign);
        return 1;
    #else
        int overflow;
        *value = PyLong_AsLongLongAndOverflow(v, &overflow);
        return !overflow;
    #endif
    }
    """
    Py_buffer *PyMemoryView_GET_BUFFER(object view)
    bint PyObject_CheckBuffer(object a)
    bint PyIter_Check(object a)
    PyObject **PySequence_Fast_ITEMS(object sequence)
    bint PyFloat_CheckExact(PyObject *v)
    bint PyLong_CheckExact(PyObject *v)
    bint PyBool_Check(PyObject *v)
    bint PyUnicode_CheckExact(PyObject *v)
    double PyFloat_AS_DOUBLE(PyObject *v)
    long long PyLong_AsLongLongAndOverflow(PyObject *v, int *overflow) except? -1
    PyObject *Py_True
    void FC_PREFETCH(PyObject *v) nogil
    bint FC_IS_SMALL(PyObject *v) nogil
    long long FC_SMALL_VALUE(PyObject *v) nogil
    bint fc_medium_value(PyObject *v, long long *value)

# From here on the GIL is released: below, that costs more than it lets others gain.
cdef enum:
    RELEASE_FROM = 16384
    # Elements that are copied together out of a strided array or a list: the block of the float sum, 32 KiB.
    CHUNK = 4096
    # Elements a thread takes at a time, and the fewest that are worth more than one thread.
    THREAD_CHUNK = 262144
    # Items of an iterator between two looks for Ctrl-C.
    SIGNAL_EVERY = 65536
    # Items ahead of the one at hand whose objects are asked for: what lies apart in memory is the cost of a long list.
    PREFETCH_AHEAD = 16

cdef bint _numpy_is_bound = False
cdef int[32] _kind_of_type  # by NumPy type number; -1 for what is no number
cdef int[12] _type_of_kind

_KINDS = {
    "bool": FC_BOOL, "int8": FC_INT8, "uint8": FC_UINT8, "int16": FC_INT16, "uint16": FC_UINT16, "int32": FC_INT32,
    "uint32": FC_UINT32, "int64": FC_INT64, "uint64": FC_UINT64, "float16": FC_FLOAT16, "float32": FC_FLOAT32,
    "float64": FC_FLOAT64,
}
_KIND_NAMES = list(_KINDS)


cdef struct Source:
    int kind
    Py_ssize_t n
    const char *data  # NULL: take the elements through a typed memoryview of the owner


cdef int _bind_numpy() except -1:
    """Bind NumPy's C API once the program has imported NumPy; until then nothing can be an ndarray."""
    global _numpy_is_bound
    cdef int type_number
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray") or not hasattr(numpy, "dtype"):
        return 0
    _import_array()
    for type_number in range(32):
        _kind_of_type[type_number] = -1
    _kind_of_type[NPY_BOOL] = FC_BOOL
    _kind_of_type[NPY_HALF] = FC_FLOAT16
    _kind_of_type[NPY_FLOAT] = FC_FLOAT32
    _kind_of_type[NPY_DOUBLE] = FC_FLOAT64
    for type_number, size, is_signed in (
        (NPY_BYTE, sizeof(char), True), (NPY_UBYTE, sizeof(char), False),
        (NPY_SHORT, sizeof(short), True), (NPY_USHORT, sizeof(short), False),
        (NPY_INT, sizeof(int), True), (NPY_UINT, sizeof(int), False),
        (NPY_LONG, sizeof(long), True), (NPY_ULONG, sizeof(long), False),
        (NPY_LONGLONG, sizeof(long long), True), (NPY_ULONGLONG, sizeof(long long), False),
    ):
        _kind_of_type[type_number] = _KINDS[f"{'' if is_signed else 'u'}int{8 * size}"]
    for name, kind in _KINDS.items():
        _type_of_kind[<int>kind] = numpy.dtype(name).num
    _numpy_is_bound = True
    return 0


cdef inline bint _is_ndarray(object a) except -1:
    if not _numpy_is_bound:
        _bind_numpy()
    return _numpy_is_bound and PyArray_Check(a)


cdef inline bint _is_masked(object a) except -1:
    """Whether an ndarray says of some elements that they are not there; no plain one does."""
    return not PyArray_CheckExact(a) and hasattr(a, "mask")


cdef inline int _kind_of_ndarray(object a) noexcept:
    cdef int type_number = FC_TYPE(<PyObject *>a)
    return _kind_of_type[type_number] if type_number < 32 else -1


cdef inline bint _open_plain(object a, Source *source) except -1:
    """The short-cut: an ndarray of a number type whose elements lie side by side, in native order and aligned."""
    if not _numpy_is_bound:
        _bind_numpy()
    if not (_numpy_is_bound and PyArray_CheckExact(a)) or not FC_IS_CARRAY(<PyObject *>a):
        return False
    source.kind = _kind_of_ndarray(a)
    if source.kind < 0:
        return False
    source.n = FC_SIZE(<PyObject *>a)
    source.data = <const char *>FC_DATA(<PyObject *>a)
    return True


cdef object _open_array(object a, Source *source):
    """Open an array of numbers; returns the object that keeps the memory, or None for all else."""
    if _open_plain(a, source):
        return a
    if _is_sequence(a) or PyIter_Check(a) or isinstance(a, (range, str)):
        return None
    if _is_ndarray(a):
        return _open_ndarray(a, source)
    if PyObject_CheckBuffer(a):
        if _numpy_is_bound and isinstance(a, sys.modules["numpy"].generic):
            return _open_array(sys.modules["numpy"].asarray(a), source)
        return _open_buffer(a, source)
    converted = _arguments.as_ndarray(a)
    if converted is a:
        return None
    return _open_array(converted, source)


cdef bint _fits(object value) except -1:
    """Whether an integer has 64 bits."""
    return -(1 << 63) <= value < 1 << 63


cdef object _range_column(object numbers):
    """A range of 64-bit integers as an array.array; None for any other, and of none."""
    cdef Py_ssize_t i, n = len(numbers)
    cdef uint64_t value, step
    cdef uint64_t *values
    if n == 0 or not _fits(numbers[0]) or not _fits(numbers[n - 1]):
        return None
    column = array("q", [0]) * n
    values = <uint64_t *>PyMemoryView_GET_BUFFER(memoryview(column)).buf
    value = <uint64_t><int64_t>numbers[0]
    step = numbers.step & 0xFFFF_FFFF_FFFF_FFFF  # the steps of two numbers may have 65 bits, of one any
    for i in range(n):
        values[i] = value
        value += step
    return column


cdef object _open_ndarray(object a, Source *source):
    source.kind = _kind_of_ndarray(a)
    if source.kind < 0 or _is_masked(a):
        return None
    source.n = FC_SIZE(<PyObject *>a)
    source.data = NULL
    if FC_IS_CARRAY(<PyObject *>a):
        source.data = <const char *>FC_DATA(<PyObject *>a)
        return a
    if FC_NDIM(<PyObject *>a) == 1 and FC_IS_BEHAVED(<PyObject *>a):
        # No typed memoryview takes these two by name; their bits are what the loops work on.
        if source.kind == FC_BOOL:
            return a.view("uint8")
        if source.kind == FC_FLOAT16:
            return a.view("uint16")
        return a
    a = sys.modules["numpy"].array(a, dtype=_KIND_NAMES[source.kind], order="C", subok=False)
    source.data = <const char *>FC_DATA(<PyObject *>a)
    return a


cdef object _open_buffer(object a, Source *source):
    cdef Py_buffer *buffer
    try:
        view = memoryview(a)
    except (TypeError, BufferError):
        return None
    text = view.format
    name = _arguments.kind_of_format(text, view.itemsize)
    if name is None or (text[0] in "<>!" and not _is_native_order(text[0])):
        return None
    source.kind = _KINDS[name]
    source.n = view.nbytes // view.itemsize
    source.data = NULL
    if not view.c_contiguous and (view.ndim != 1 or name in ("bool", "float16")):
        view = memoryview(view.tobytes())
    if view.c_contiguous:
        buffer = PyMemoryView_GET_BUFFER(view)
        source.data = <const char *>buffer.buf
        if <size_t>source.data % fc_kind_size(source.kind) != 0:
            view = memoryview(view.tobytes())
            source.data = <const char *>PyMemoryView_GET_BUFFER(view).buf
    return view


cdef bint _is_native_order(str order):
    return (order == "<") == (sys.byteorder == "little")


# ---- over the elements ----

# Takes the next n elements of an array; all calls but the last have a multiple of CHUNK.
ctypedef void (*Update)(void *state, int kind, const void *x, size_t n) noexcept nogil

ctypedef fused Element:
    signed char
    unsigned char
    short
    unsigned short
    int
    unsigned int
    long long
    unsigned long long
    float
    double


cdef int _walk(object owner, Source *source, Update update, void *state) except -1:
    """Pass all elements to `update`, in C order."""
    cdef int kind = source.kind
    cdef const void *data = source.data
    cdef size_t n = source.n
    if data == NULL:
        return _walk_strided(owner, kind, update, state)
    if source.n < RELEASE_FROM:
        update(state, kind, data, n)
    else:
        with nogil:
            update(state, kind, data, n)
    return 0


cdef int _walk_strided(object owner, int kind, Update update, void *state) except -1:
    if kind == FC_INT8:
        _walk_view[cython.schar](owner, kind, update, state)
    elif kind == FC_UINT8 or kind == FC_BOOL:
        _walk_view[cython.uchar](owner, kind, update, state)
    elif kind == FC_INT16:
        _walk_view[cython.short](owner, kind, update, state)
    elif kind == FC_UINT16 or kind == FC_FLOAT16:
        _walk_view[cython.ushort](owner, kind, update, state)
    elif kind == FC_INT32:
        _walk_view[int](owner, kind, update, state)
    elif kind == FC_UINT32:
        _walk_view[cython.uint](owner, kind, update, state)
    elif kind == FC_INT64:
        _walk_view[cython.longlong](owner, kind, update, state)
    elif kind == FC_UINT64:
        _walk_view[cython.ulonglong](owner, kind, update, state)
    elif kind == FC_FLOAT32:
        _walk_view[float](owner, kind, update, state)
    else:
        _walk_view[double](owner, kind, update, state)
    return 0


cdef int _walk_view(const Element[:] view, int kind, Update update, void *state) except -1:
    """The strided kernel: copy a chunk side by side, then the loop for that."""
    cdef Element[CHUNK] chunk
    cdef const Element *x
    cdef Py_ssize_t first = 0, count, i, n = view.shape[0], stride = view.strides[0]
    with nogil:
        while first < n:
            count = min_size(CHUNK, n - first)
            x = &view[first]
            # The common strides, known to the compiler, become vector moves.
            if stride == 2 * <Py_ssize_t>sizeof(Element):
                for i in range(count):
                    chunk[i] = x[2 * i]
            elif stride == -<Py_ssize_t>sizeof(Element):
                for i in range(count):
                    chunk[i] = x[-i]
            else:
                for i in range(count):
                    chunk[i] = view[first + i]
            update(state, kind, &chunk[0], count)
            first += count
    return 0


cdef inline Py_ssize_t min_size(Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    return a if a < b else b


def _chunks(iterable):
    """The elements of any iterable as lists of CHUNK."""
    iterator = iter(iterable)
    cdef list chunk = []
    for item in iterator:
        chunk.append(item)
        if PyList_GET_SIZE(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


cdef inline long long _integer(PyObject *v, int *overflow) except? -1:
    """The value of an exact int or a bool, if 64 bits hold it."""
    cdef long long value
    overflow[0] = 0
    if FC_IS_SMALL(v):
        return FC_SMALL_VALUE(v)
    if fc_medium_value(v, &value):
        return value
    return PyLong_AsLongLongAndOverflow(v, overflow)


cdef inline bint _is_sequence(object a) noexcept:
    return PyList_CheckExact(a) or PyTuple_CheckExact(a)


cdef bint _needs_twin(object a) except -1:
    """Whether an object that is no array of numbers is one of another kind, or nothing to go through."""
    if _is_sequence(a) or PyIter_Check(a):
        return False
    return (
        isinstance(a, str) or _is_ndarray(a) or PyObject_CheckBuffer(a) or _arguments.as_ndarray(a) is not a
        or not _arguments.is_iterable(a)
    )


cdef inline PyObject *_item(object sequence, Py_ssize_t i) noexcept:
    """An item of a list or tuple, borrowed."""
    return PyList_GET_ITEM(sequence, i) if PyList_CheckExact(sequence) else PyTuple_GET_ITEM(sequence, i)


cdef inline Py_ssize_t _length(object sequence) noexcept:
    return PyList_GET_SIZE(sequence) if PyList_CheckExact(sequence) else PyTuple_GET_SIZE(sequence)


cdef int _default_threads = _threads.DEFAULT


cdef int _thread_count(str function, object threads) except -1:
    """The `threads` argument: None is the default."""
    if threads is None:
        return _default_threads
    cdef object count = _arguments.threads(function, threads)
    return builtins.min(count, _threads.MOST)


cdef bint _is_ready_out(object out, int kind, object shape) except -1:
    """Whether `out` is plainly an array to write results of a kind and shape into; the twins' checks do the rest."""
    return (
        _is_ndarray(out) and _kind_of_ndarray(out) == kind and FC_IS_WRITEABLE(<PyObject *>out) and out.shape == shape
    )


cdef void *_allocate(size_t size) except NULL:
    cdef void *memory = PyMem_RawMalloc(size if size > 0 else 1)
    if memory == NULL:
        raise MemoryError
    return memory
