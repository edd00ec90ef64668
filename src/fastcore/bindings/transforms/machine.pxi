# A traced program (pure/transforms.py) as phases: fused float operations as tile programs, NumPy's inner loops and the
# loops of this package, which run one after the other on blocks.
#
# Values are numbered as in the twin: the leaves, then the results of the steps.

cdef extern from "numpy/ufuncobject.h" nogil:
    """
    typedef void (*fc_ufunc_loop)(char **, const npy_intp *, const npy_intp *, void *);
    #define FC_UFUNC(u) ((PyUFuncObject *)(u))
    #define FC_UFUNC_LOOP(u, i) ((fc_ufunc_loop)FC_UFUNC(u)->functions[i])
    #define FC_UFUNC_DATA(u, i) (FC_UFUNC(u)->data == NULL ? NULL : (void *)FC_UFUNC(u)->data[i])
    """
    ctypedef void (*fc_ufunc_loop)(char **args, const Py_ssize_t *dimensions, const Py_ssize_t *steps, void *data) nogil
    fc_ufunc_loop FC_UFUNC_LOOP(PyObject *u, int i)
    void *FC_UFUNC_DATA(PyObject *u, int i)

# What the loops do, and what the tiles do of one and of two float operands.
_LOOPS = {
    "add": FC_ADD, "subtract": FC_SUBTRACT, "multiply": FC_MULTIPLY,
    "multiply_add": FC_MULTIPLY_ADD, "negative": FC_NEGATIVE, "absolute": FC_ABSOLUTE,
    "minimum": FC_MINIMUM, "maximum": FC_MAXIMUM, "clip": FC_CLIP, "less": FC_LESS,
    "less_equal": FC_LESS_EQUAL, "equal": FC_EQUAL, "not_equal": FC_NOT_EQUAL,
    "logical_and": FC_LOGICAL_AND, "logical_or": FC_LOGICAL_OR,
    "logical_xor": FC_LOGICAL_XOR, "logical_not": FC_LOGICAL_NOT, "where": FC_WHERE,
}
_UNARY_TILES = {
    "negative": FC_TILE_NEGATE, "absolute": FC_TILE_ABSOLUTE, "sqrt": FC_TILE_SQRT, "floor": FC_TILE_FLOOR,
    "ceil": FC_TILE_CEIL, "trunc": FC_TILE_TRUNC, "rint": FC_TILE_RINT,
}
_OWN_TILES = {
    "exp": FC_TILE_EXP, "log": FC_TILE_LOG, "sin": FC_TILE_SIN, "cos": FC_TILE_COS, "tanh": FC_TILE_TANH,
}
# With an operand in memory and with a constant, in this order and the other way round.
_BINARY_TILES = {
    "add": (FC_TILE_ADD, FC_TILE_ADD, FC_TILE_ADD_K, FC_TILE_ADD_K),
    "subtract": (FC_TILE_SUBTRACT, FC_TILE_SUBTRACT_FROM, FC_TILE_ADD_K, FC_TILE_SUBTRACT_FROM_K),
    "multiply": (FC_TILE_MULTIPLY, FC_TILE_MULTIPLY, FC_TILE_MULTIPLY_K, FC_TILE_MULTIPLY_K),
    "divide": (FC_TILE_DIVIDE, FC_TILE_DIVIDE_INTO, FC_TILE_DIVIDE_K, FC_TILE_DIVIDE_INTO_K),
    "minimum": (FC_TILE_MINIMUM, FC_TILE_MINIMUM_OF, FC_TILE_MINIMUM_K, FC_TILE_MINIMUM_OF_K),
    "maximum": (FC_TILE_MAXIMUM, FC_TILE_MAXIMUM_OF, FC_TILE_MAXIMUM_K, FC_TILE_MAXIMUM_OF_K),
    "less": (FC_TILE_LESS, FC_TILE_GREATER, FC_TILE_LESS_K, FC_TILE_GREATER_K),
    "less_equal": (FC_TILE_LESS_EQUAL, FC_TILE_GREATER_EQUAL, FC_TILE_LESS_EQUAL_K, FC_TILE_GREATER_EQUAL_K),
    "equal": (FC_TILE_EQUAL, FC_TILE_EQUAL, FC_TILE_EQUAL_K, FC_TILE_EQUAL_K),
    "not_equal": (FC_TILE_NOT_EQUAL, FC_TILE_NOT_EQUAL, FC_TILE_NOT_EQUAL_K, FC_TILE_NOT_EQUAL_K),
}
# where(b < k, c, a) in one step: as it is, the other way round (k < b), and both with the answers exchanged. The same
# of where(b < k, b, a) and of where(b < k, b, b*k2) are _FROM_SELECT_TO_OWN and _FROM_SELECT_TO_LEAK on.
_SELECTIONS = {
    "less": (FC_TILE_SELECT_LESS, FC_TILE_SELECT_GREATER, FC_TILE_SELECT_NOT_LESS, FC_TILE_SELECT_NOT_GREATER),
    "less_equal": (FC_TILE_SELECT_LESS_EQUAL, FC_TILE_SELECT_GREATER_EQUAL, FC_TILE_SELECT_NOT_LESS_EQUAL,
                   FC_TILE_SELECT_NOT_GREATER_EQUAL),
    "equal": (FC_TILE_SELECT_EQUAL, FC_TILE_SELECT_EQUAL, FC_TILE_SELECT_NOT_EQUAL, FC_TILE_SELECT_NOT_EQUAL),
    "not_equal": (FC_TILE_SELECT_NOT_EQUAL, FC_TILE_SELECT_NOT_EQUAL, FC_TILE_SELECT_EQUAL, FC_TILE_SELECT_EQUAL),
}
cdef enum:
    _FROM_SELECT_TO_OWN = FC_TILE_OWN_LESS - FC_TILE_SELECT_LESS
    _FROM_SELECT_TO_LEAK = FC_TILE_LEAK_LESS - FC_TILE_SELECT_LESS
# A comparison of an operand in memory with a constant, and the other way round.
_TEST_TILES = {
    "less": (FC_TILE_TEST_LESS, FC_TILE_TEST_GREATER),
    "less_equal": (FC_TILE_TEST_LESS_EQUAL, FC_TILE_TEST_GREATER_EQUAL),
    "equal": (FC_TILE_TEST_EQUAL, FC_TILE_TEST_EQUAL),
    "not_equal": (FC_TILE_TEST_NOT_EQUAL, FC_TILE_TEST_NOT_EQUAL),
}
cdef enum:
    _FROM_TEST_TO_STORE = FC_TILE_STORE_LESS - FC_TILE_TEST_LESS
_MASK_TILES = {"logical_and": FC_TILE_MASK_AND, "logical_or": FC_TILE_MASK_OR, "logical_xor": FC_TILE_MASK_XOR}
# What a tile loads of other types without rounding twice.
_LOAD_TILES = {
    ("bool", "float64"): FC_TILE_LOAD_UINT8, ("int8", "float64"): FC_TILE_LOAD_INT8,
    ("uint8", "float64"): FC_TILE_LOAD_UINT8, ("int16", "float64"): FC_TILE_LOAD_INT16,
    ("uint16", "float64"): FC_TILE_LOAD_UINT16, ("int32", "float64"): FC_TILE_LOAD_INT32,
    ("uint32", "float64"): FC_TILE_LOAD_UINT32, ("int64", "float64"): FC_TILE_LOAD_INT64,
    ("float32", "float64"): FC_TILE_LOAD_FLOAT32, ("bool", "float32"): FC_TILE_LOAD_UINT8,
    ("int8", "float32"): FC_TILE_LOAD_INT8, ("uint8", "float32"): FC_TILE_LOAD_UINT8,
    ("int16", "float32"): FC_TILE_LOAD_INT16, ("uint16", "float32"): FC_TILE_LOAD_UINT16,
    ("float64", "float32"): FC_TILE_LOAD_FLOAT64,
}
# What a tile computes of integers as it loads them.
_AFFINE_TILES = {
    "int32": FC_TILE_LOAD_AFFINE_INT32, "uint32": FC_TILE_LOAD_AFFINE_UINT32, "int64": FC_TILE_LOAD_AFFINE_INT64,
}
# Integer loops of NumPy's that may raise an error.
_RAISING = ("power",)

cdef enum:
    MOST_STEPS = 4000  # of a program: what is longer NumPy runs, an operation at a time
    ROW_SIZE = FC_TRANSFORM_BLOCK * 8 + 320  # bytes: rows do not start a multiple of 4 KiB apart
    # What an elementary function costs beside an addition.
    ELEMENTARY_COST = 16
    # A tile that is filled with one element, of any type.
    FILLED_SIZE = 1024

cdef enum PhaseSort:
    TILE_PHASE
    LOOP_PHASE
    UFUNC_PHASE

# One tile program or loop, which takes values and makes others: leaves, or rows of scratch.
cdef struct Phase:
    PhaseSort sort
    int kind  # of the operands
    # Loops.
    int operation  # of fc_operation; FC_OPERATION_COUNT: a cast
    int result_kind
    int[3] operand  # values
    int operand_count
    int result  # the value
    fc_ufunc_loop loop
    void *data
    # Tiles: where their steps, operands and constants to be set start, and how many there are.
    int first_step
    int step_count
    int first_operand
    int tile_operand_count
    int slot_count

# An operand of a tile program.
cdef struct TileOperand:
    int value  # -1: a slot
    int slot
    int size  # bytes of an element

cdef enum ConstantUse:
    AS_IT_IS
    NEGATED
    DIVISOR
    LOW_BOUND
    HIGH_BOUND
    IS_TRUE
    INTEGER
    NEGATED_INTEGER

# A constant of a tile step that is a number passed as an operand.
cdef struct Patch:
    int step
    int leaf
    ConstantUse use
    bint is_second


cdef class _Machine:
    """A program made ready to run; it does not change any more."""
    cdef uint64_t key  # of the kinds of its operands, on the short-cuts
    cdef int leaf_count, value_count
    cdef int kind  # of the result
    cdef int result  # the value
    cdef char *constants  # 8 bytes a leaf
    cdef int *leaf_kind
    cdef int *leaf_operand  # the position of the operand, -1 for a constant
    cdef bint *leaf_is_scalar
    cdef int *row  # of each value, -1 for one that has none
    cdef int *value_size
    cdef int *origin  # of each value that is a leaf converted, that leaf; else -1
    cdef Phase *phase
    cdef int phase_count
    cdef fc_tile_step *tile_step
    cdef uint8_t *step_kind  # of each tile step
    cdef int tile_step_count
    cdef TileOperand *tile_operand
    cdef uint8_t *tile_uses
    cdef int tile_operand_count
    cdef Patch *patch
    cdef int patch_count
    cdef int row_count
    cdef int most_slots, most_tile_operands  # of a phase
    cdef int uniform_tile_operands  # constants that tiles take from memory
    cdef bint is_single_tile  # one tile program is all there is
    cdef Py_ssize_t cost  # of an element, in simple operations
    cdef readonly bint is_complete  # False: some loop does not exist
    cdef object ufuncs  # kept alive

    def __cinit__(self, program, bint is_own):
        self.is_complete = False
        steps, leaves = program.steps, program.leaves
        # The result must come out of a step, to go where it belongs.
        if program.result < len(leaves) or program.result != len(leaves) + len(steps) - 1:
            steps = [*steps, _pure_transforms.Step("cast", program.kind, program.kind, (program.result,))]
        self.leaf_count = len(leaves)
        self.value_count = len(leaves) + len(steps)
        self.result = self.value_count - 1
        self.kind = _KINDS[program.kind]
        self.ufuncs = []
        if len(steps) > MOST_STEPS or self.leaf_count > MOST_STEPS:
            return
        self.constants = <char *>_allocate(self.leaf_count * 8)
        self.leaf_kind = <int *>_allocate(self.leaf_count * sizeof(int))
        self.leaf_operand = <int *>_allocate(self.leaf_count * sizeof(int))
        self.leaf_is_scalar = <bint *>_allocate(self.leaf_count * sizeof(bint))
        self.row = <int *>_allocate(self.value_count * sizeof(int))
        self.value_size = <int *>_allocate(self.value_count * sizeof(int))
        self.origin = <int *>_allocate(self.value_count * sizeof(int))
        cdef int i
        for i, leaf in enumerate(leaves):
            self.leaf_kind[i] = _KINDS[leaf.kind]
            self.leaf_is_scalar[i] = leaf.source == "scalar"
            self.leaf_operand[i] = -1 if leaf.source == "constant" else leaf.value
            self.value_size[i] = fc_kind_size(self.leaf_kind[i])
            if leaf.source == "constant":
                _write_number(self.constants + 8 * i, self.leaf_kind[i], leaf.value)
        self.is_complete = (<_Builder>_Builder(self, steps, is_own)).build()

    def __dealloc__(self):
        PyMem_RawFree(self.constants)
        PyMem_RawFree(self.leaf_kind)
        PyMem_RawFree(self.leaf_operand)
        PyMem_RawFree(self.leaf_is_scalar)
        PyMem_RawFree(self.row)
        PyMem_RawFree(self.value_size)
        PyMem_RawFree(self.origin)
        PyMem_RawFree(self.phase)
        PyMem_RawFree(self.tile_step)
        PyMem_RawFree(self.step_kind)
        PyMem_RawFree(self.tile_operand)
        PyMem_RawFree(self.tile_uses)
        PyMem_RawFree(self.patch)

    cdef inline bint is_uniform(self, int value) noexcept nogil:
        """Whether a value is a constant or a number passed as an operand."""
        return value < self.leaf_count and (self.leaf_operand[value] < 0 or self.leaf_is_scalar[value])


cdef int _write_number(char *where, int kind, object value) except -1:
    """A Python number as an element of a kind that it has been cast to."""
    cdef double number
    cdef float single
    cdef int64_t integer
    if kind == FC_FLOAT64:
        number = value
        memcpy(where, &number, 8)
    elif kind == FC_FLOAT32:
        number = value
        single = <float>number
        memcpy(where, &single, 4)
    elif kind == FC_INT64:
        integer = value
        memcpy(where, &integer, 8)
    elif kind != FC_FLOAT16:  # no loop computes with those
        data = array(_arguments.ARRAY_CODES[_KIND_NAMES[kind]], [value]).tobytes()
        memcpy(where, PyBytes_AS_STRING(data), len(data))
    return 0


cdef double _constant_value(int kind, const char *where) noexcept nogil:
    """A constant that is a float or a bool."""
    cdef double number
    cdef float single
    if kind == FC_FLOAT64:
        memcpy(&number, where, 8)
        return number
    if kind == FC_FLOAT32:
        memcpy(&single, where, 4)
        return single
    return where[0] != 0


cdef int64_t _integer_value(int kind, const char *where) noexcept nogil:
    """A constant of a kind of integers of 32 or 64 bits."""
    cdef int64_t wide
    cdef int32_t narrow
    if kind in (FC_INT64, FC_UINT64):
        memcpy(&wide, where, 8)
        return wide
    memcpy(&narrow, where, 4)
    return narrow  # of uint32 too: the upper half is not looked at


cdef void _set_leaf(fc_tile_step *step, int kind, int leaf_kind, const char *where, ConstantUse use,
                    bint is_second) noexcept nogil:
    """Give a tile step of a kind a constant that is a leaf, in memory."""
    cdef int64_t integer
    if use not in (INTEGER, NEGATED_INTEGER):
        _set_constant(step, kind, _constant_value(leaf_kind, where), use, is_second)
        return
    integer = _integer_value(leaf_kind, where)
    if use == NEGATED_INTEGER:
        integer = <int64_t>(0 - <uint64_t>integer)
    if is_second:
        step.k2.int64 = integer
    else:
        step.k.int64 = integer


cdef void _set_constant(fc_tile_step *step, int kind, double value, ConstantUse use, bint is_second) noexcept nogil:
    """Give a tile step its constant, and with it what it depends on."""
    cdef fc_tile_constant constant
    if use == DIVISOR:
        step.operation = fc_tile_division(kind, value, step)
        return
    if use == NEGATED:
        value = -value
    if kind == FC_FLOAT64:
        constant.float64 = value
    else:
        constant.float32 = <float>value
    if use in (LOW_BOUND, HIGH_BOUND) and value != value:
        step.operation = FC_TILE_FILL  # a bound that is NaN is the result
        step.k = constant
    elif is_second:
        step.k2 = constant
    elif step.operation != FC_TILE_FILL or use not in (LOW_BOUND, HIGH_BOUND):
        step.k = constant
