# What the operands of a call are, and where their results go.


cdef object _list_column(object a):
    """A list of exact floats or of 64-bit ints as an array.array; None for any other."""
    cdef Py_ssize_t i, n = _length(a)
    cdef PyObject *item
    if n == 0:
        return None
    cdef bint is_float = PyFloat_CheckExact(_item(a, 0))
    for i in range(n):
        item = _item(a, i)
        if not (PyFloat_CheckExact(item) if is_float else PyLong_CheckExact(item)):
            return None
    try:
        return array("d" if is_float else "q", a)
    except OverflowError:
        return None


cdef class _Operand:
    """An operand of a call: a number, or memory with a kind and a shape."""
    cdef object value  # the number, or the object that keeps the memory
    cdef str kind
    cdef object shape  # None for a number
    cdef Py_ssize_t stride  # of a one-dimensional operand that does not lie side by side, in bytes; else 0
    cdef str container


cdef _Operand _read_operand(Py_ssize_t position, object a):
    cdef Source source
    cdef _Operand operand = _Operand.__new__(_Operand)
    if type(a) in _pure_transforms.WEAK:
        operand.value = a
        operand.kind = _pure_transforms.WEAK[type(a)]
        operand.container = "scalar"
        return operand
    if _is_sequence(a) or type(a) is range:
        owner = _range_column(a) if type(a) is range else _list_column(a)
        if owner is not None:
            operand.value = owner
            operand.kind = "float64" if owner.typecode == "d" else "int64"
            operand.shape = (len(owner),)
            operand.container = "list"
            return operand
    owner = _open_array(a, &source)
    if owner is not None:
        operand.kind = _KIND_NAMES[source.kind]
        operand.container = "ndarray" if _is_ndarray(owner) else "array"
        operand.shape = owner.shape
        operand.value = owner
        if source.data == NULL:
            operand.stride = owner.strides[0]
            if operand.stride == 0:  # one element again and again
                _lay_out(operand)
        return operand
    column = _pure_transforms.read_operand(position, a)
    operand.kind = column.kind
    operand.shape = column.shape
    operand.container = column.container
    operand.value = array(_arguments.ARRAY_CODES[column.kind], column.values)
    return operand


cdef const char *_address(object owner) except? NULL:
    """Where the elements of an operand are: of an ndarray, or of a buffer that lies side by side."""
    if _is_ndarray(owner):
        return <const char *>FC_DATA(<PyObject *>owner)
    return <const char *>PyMemoryView_GET_BUFFER(memoryview(owner)).buf


cdef int _lay_out(_Operand operand) except -1:
    """Copy an operand that does not lie side by side so that it does."""
    if _is_ndarray(operand.value):
        operand.value = operand.value.copy()
    else:
        operand.value = memoryview(operand.value.tobytes())
    operand.stride = 0
    return 0


cdef object _broadcast(_Operand operand, object shape):
    """An operand repeated to fill a shape, side by side."""
    numpy = sys.modules.get("numpy")
    if operand.stride != 0:
        _lay_out(operand)
    if numpy is None:
        kind = operand.kind
        values = memoryview(operand.value).cast("B").cast(_arguments.ARRAY_CODES[kind]).tolist()
        return array(_arguments.ARRAY_CODES[kind], _pure_transforms.broadcast_values(values, operand.shape, shape))
    flat = operand.value if _is_ndarray(operand.value) else numpy.frombuffer(operand.value, dtype=operand.kind)
    return numpy.ascontiguousarray(numpy.broadcast_to(flat.reshape(operand.shape), shape))


cdef int _out_kind(object out) except -1:
    if _is_ndarray(out):
        return _kind_of_ndarray(out)
    view = memoryview(out)
    return _KINDS[_arguments.kind_of_format(view.format, view.itemsize)]


cdef object _as_list(object target, int kind):
    values = target.ravel().tolist() if _is_ndarray(target) else target.tolist()
    return [v != 0 for v in values] if kind == FC_BOOL else values


cdef bint _is_single(object shape) except -1:
    for length in shape:
        if length != 1:
            return False
    return True


cdef bint _is_plain_out(object out) except -1:
    """Whether the loops can write straight into it."""
    if _is_ndarray(out):
        return FC_IS_CARRAY(<PyObject *>out)
    view = memoryview(out)
    return view.c_contiguous and <size_t>_address(out) % view.itemsize == 0


cdef bint _overlaps_partly(object out, list columns) except -1:
    """Whether an operand shares memory with `out` other than element by element."""
    cdef _Operand operand
    cdef const char *start = _address(out)
    cdef const char *data
    cdef Py_ssize_t size = _nbytes(out), other_size
    for column in columns:
        operand = column
        if operand.shape is None:
            continue
        if operand.stride != 0:
            return True
        data = _address(operand.value)
        other_size = _nbytes(operand.value)
        if data < start + size and start < data + other_size:
            if data != start or other_size != size or _itemsize(operand.value) != _itemsize(out):
                return True
    return False


cdef Py_ssize_t _nbytes(object a) except -1:
    return a.nbytes if _is_ndarray(a) else memoryview(a).nbytes


cdef Py_ssize_t _itemsize(object a) except -1:
    return a.itemsize if _is_ndarray(a) else memoryview(a).itemsize
