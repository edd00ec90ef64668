# native/fastcore.h as Cython sees it.

cdef extern from "fastcore.h" nogil:
    enum fc_kind:
        FC_BOOL
        FC_INT8
        FC_UINT8
        FC_INT16
        FC_UINT16
        FC_INT32
        FC_UINT32
        FC_INT64
        FC_UINT64
        FC_FLOAT16
        FC_FLOAT32
        FC_FLOAT64
        FC_KIND_COUNT

    enum:
        FC_SUM_BLOCK
        TEXT_SAMPLE "FC_TEXT_SAMPLE"
        FC_EXACT_DIGITS
        FC_HAS_NAN
        FC_EXACT_NAN
        FC_EXACT_PLUS_INF
        FC_EXACT_MINUS_INF
        FC_TRANSFORM_BLOCK
        FC_INTEGER_WIDTH
        FC_FLOAT_WIDTH
        FC_TEXT_SLACK
        FC_FIXED_END
        FC_PARSE_SEPARATOR
        FC_FIBONACCI_FAULT
        FC_FIBONACCI_WORD
        FC_OPERATION_COUNT
        FC_ADD
        FC_SUBTRACT
        FC_MULTIPLY
        FC_MULTIPLY_ADD
        FC_NEGATIVE
        FC_ABSOLUTE
        FC_MINIMUM
        FC_MAXIMUM
        FC_CLIP
        FC_LESS
        FC_LESS_EQUAL
        FC_EQUAL
        FC_NOT_EQUAL
        FC_LOGICAL_AND
        FC_LOGICAL_OR
        FC_LOGICAL_XOR
        FC_LOGICAL_NOT
        FC_WHERE
        FC_TILE_SIZE
        FC_TILE_INPUT
        FC_TILE_OUTPUT
        FC_TILE_LOAD
        FC_TILE_LOAD_INT8
        FC_TILE_LOAD_UINT8
        FC_TILE_LOAD_INT16
        FC_TILE_LOAD_UINT16
        FC_TILE_LOAD_INT32
        FC_TILE_LOAD_UINT32
        FC_TILE_LOAD_INT64
        FC_TILE_LOAD_AFFINE_INT32
        FC_TILE_LOAD_AFFINE_UINT32
        FC_TILE_LOAD_AFFINE_INT64
        FC_TILE_LOAD_FLOAT32
        FC_TILE_LOAD_FLOAT64
        FC_TILE_FILL
        FC_TILE_STORE
        FC_TILE_STORE_LAST
        FC_TILE_STREAM_LAST
        FC_TILE_STORE_FLOAT32_LAST
        FC_TILE_ADD
        FC_TILE_SUBTRACT
        FC_TILE_SUBTRACT_FROM
        FC_TILE_MULTIPLY
        FC_TILE_DIVIDE
        FC_TILE_DIVIDE_INTO
        FC_TILE_MINIMUM
        FC_TILE_MINIMUM_OF
        FC_TILE_MAXIMUM
        FC_TILE_MAXIMUM_OF
        FC_TILE_ADD_K
        FC_TILE_SUBTRACT_FROM_K
        FC_TILE_MULTIPLY_K
        FC_TILE_DIVIDE_K
        FC_TILE_DIVIDE_EXACT
        FC_TILE_DIVIDE_INTO_K
        FC_TILE_MINIMUM_K
        FC_TILE_MINIMUM_OF_K
        FC_TILE_MAXIMUM_K
        FC_TILE_MAXIMUM_OF_K
        FC_TILE_CLIP_K
        FC_TILE_NEGATE
        FC_TILE_ABSOLUTE
        FC_TILE_SQRT
        FC_TILE_SQUARE
        FC_TILE_FLOOR
        FC_TILE_CEIL
        FC_TILE_TRUNC
        FC_TILE_RINT
        FC_TILE_EXP
        FC_TILE_LOG
        FC_TILE_SIN
        FC_TILE_COS
        FC_TILE_TANH
        FC_TILE_MULTIPLY_ADD_K
        FC_TILE_LOAD_MULTIPLY_K
        FC_TILE_LOAD_MULTIPLY_ADD_K
        FC_TILE_LOAD_CLIP_K
        FC_TILE_LOAD_SQUARE
        FC_TILE_LOAD_PRODUCT
        FC_TILE_LOAD_SQUARE_K
        FC_TILE_LOAD_CUBE_K
        FC_TILE_HORNER
        FC_TILE_ADD_SQUARE
        FC_TILE_ADD_PRODUCT
        FC_TILE_ADD_MULTIPLE
        FC_TILE_ADD_SQUARE_K
        FC_TILE_ADD_MULTIPLE_K
        FC_TILE_LOAD_CUBE_SQUARE_K
        FC_TILE_ADD_CUBE_K
        FC_TILE_LESS
        FC_TILE_LESS_EQUAL
        FC_TILE_GREATER
        FC_TILE_GREATER_EQUAL
        FC_TILE_EQUAL
        FC_TILE_NOT_EQUAL
        FC_TILE_LESS_K
        FC_TILE_LESS_EQUAL_K
        FC_TILE_GREATER_K
        FC_TILE_GREATER_EQUAL_K
        FC_TILE_EQUAL_K
        FC_TILE_NOT_EQUAL_K
        FC_TILE_TEST_LESS
        FC_TILE_TEST_LESS_EQUAL
        FC_TILE_TEST_GREATER
        FC_TILE_TEST_GREATER_EQUAL
        FC_TILE_TEST_EQUAL
        FC_TILE_TEST_NOT_EQUAL
        FC_TILE_STORE_LESS
        FC_TILE_STORE_LESS_EQUAL
        FC_TILE_STORE_GREATER
        FC_TILE_STORE_GREATER_EQUAL
        FC_TILE_STORE_EQUAL
        FC_TILE_STORE_NOT_EQUAL
        FC_TILE_STORE_BETWEEN
        FC_TILE_STORE_BETWEEN_TO
        FC_TILE_STORE_BETWEEN_FROM
        FC_TILE_STORE_WITHIN
        FC_TILE_MASK_FILL
        FC_TILE_MASK_LOAD
        FC_TILE_SUM_LAST
        FC_TILE_MASK_STORE
        FC_TILE_MASK_STORE_LAST
        FC_TILE_MASK_COPY
        FC_TILE_MASK_AND
        FC_TILE_MASK_OR
        FC_TILE_MASK_XOR
        FC_TILE_MASK_NOT
        FC_TILE_SELECT
        FC_TILE_SELECT_K
        FC_TILE_KEEP
        FC_TILE_KEEP_K
        FC_TILE_SELECT_LESS
        FC_TILE_OWN_LESS
        FC_TILE_LEAK_LESS
        FC_TILE_SELECT_LESS_EQUAL
        FC_TILE_OWN_LESS_EQUAL
        FC_TILE_LEAK_LESS_EQUAL
        FC_TILE_SELECT_GREATER
        FC_TILE_OWN_GREATER
        FC_TILE_LEAK_GREATER
        FC_TILE_SELECT_GREATER_EQUAL
        FC_TILE_OWN_GREATER_EQUAL
        FC_TILE_LEAK_GREATER_EQUAL
        FC_TILE_SELECT_EQUAL
        FC_TILE_OWN_EQUAL
        FC_TILE_LEAK_EQUAL
        FC_TILE_SELECT_NOT_EQUAL
        FC_TILE_OWN_NOT_EQUAL
        FC_TILE_LEAK_NOT_EQUAL
        FC_TILE_SELECT_NOT_LESS
        FC_TILE_OWN_NOT_LESS
        FC_TILE_LEAK_NOT_LESS
        FC_TILE_SELECT_NOT_LESS_EQUAL
        FC_TILE_OWN_NOT_LESS_EQUAL
        FC_TILE_LEAK_NOT_LESS_EQUAL
        FC_TILE_SELECT_NOT_GREATER
        FC_TILE_OWN_NOT_GREATER
        FC_TILE_LEAK_NOT_GREATER
        FC_TILE_SELECT_NOT_GREATER_EQUAL
        FC_TILE_OWN_NOT_GREATER_EQUAL
        FC_TILE_LEAK_NOT_GREATER_EQUAL

    const uint32_t FC_ORDER_MOST

    ctypedef struct fc_float_sum:
        pass

    ctypedef struct fc_integer_sum:
        int64_t top
        int64_t high
        uint64_t low

    ctypedef struct fc_integer_dot:
        uint64_t[3] word

    ctypedef struct fc_exact_sum:
        uint32_t flags

    ctypedef union fc_number:
        int64_t i
        uint64_t u
        double f

    ctypedef struct fc_floats_table:
        void (*sum_blocks)(int kind, const void *x, size_t n, double *partial) noexcept nogil
        void (*sum_blocks_apart)(const void *x, Py_ssize_t stride, size_t n, double *partial) noexcept nogil
        void (*dot_blocks)(int kind, const void *x, int other_kind, const void *y, size_t n,
                           double *partial) noexcept nogil
        void (*deviation_blocks)(int kind, const void *x, size_t n, fc_number pivot, double *sums,
                                 double *squares) noexcept nogil
        double (*running)(int kind, const void *x, size_t n, double start, double *out) noexcept nogil

    ctypedef struct fc_integers_table:
        void (*sum)(fc_integer_sum *state, int kind, const void *x, size_t n) noexcept nogil
        void (*dot)(fc_integer_dot *state, int kind, const void *x, int other_kind, const void *y,
                    size_t n) noexcept nogil
        bint (*running)(int kind, const void *x, size_t n, int64_t *start, int64_t *out) noexcept nogil

    ctypedef struct fc_exact_table:
        void (*update)(fc_exact_sum *state, int kind, const void *x, size_t n) noexcept nogil
        bint (*try_few)(const double *x, size_t n, uint64_t count, double *out) noexcept nogil
        void (*sum_columns)(int kind, const void *x, size_t rows, size_t columns, uint64_t count, double *out,
                            uint8_t *is_left, void *scratch) noexcept nogil

    ctypedef struct fc_extremes_table:
        fc_number (*minimum)(int kind, const void *x, size_t n) noexcept nogil
        fc_number (*maximum)(int kind, const void *x, size_t n) noexcept nogil
        void (*minmax)(int kind, const void *x, size_t n, fc_number *least, fc_number *most) noexcept nogil
        size_t (*where)(int kind, const void *x, size_t n, bint is_maximum, fc_number *best) noexcept nogil

    ctypedef struct fc_axes_table:
        void (*sum_floats)(int kind, const void *x, size_t rows, size_t columns, double *out,
                           void *scratch) noexcept nogil
        void (*sum_integers)(int kind, const void *x, size_t rows, size_t columns, uint64_t *out,
                             int64_t *upper) noexcept nogil
        void (*extremes)(int kind, const void *x, size_t rows, size_t columns, bint is_maximum,
                         void *out) noexcept nogil
        void (*gather)(int kind, const void *x, size_t rows, size_t columns, size_t first, size_t count,
                       void *out) noexcept nogil
        void (*sum_short_rows)(int kind, const void *x, size_t rows, size_t columns, double *out) noexcept nogil

    void fc_float_sum_start(fc_float_sum *state)
    void fc_float_sum_push(fc_float_sum *state, size_t level, double value)
    double fc_float_sum_finish(fc_float_sum *state)
    void fc_integer_carry(fc_integer_sum *state)
    int64_t fc_integer_nearest(const fc_integer_sum *state, uint64_t count)
    double fc_integer_quotient(const fc_integer_sum *state, uint64_t count)
    void fc_exact_start(fc_exact_sum *state)
    void fc_exact_add_integer(fc_exact_sum *state, const fc_integer_sum *integer)
    void fc_exact_merge(fc_exact_sum *state, const fc_exact_sum *other)
    void fc_exact_digits(fc_exact_sum *state, uint32_t *out)
    bint fc_exact_is_large(const fc_exact_sum *state)
    bint fc_exact_round(const fc_exact_sum *state, uint64_t count, double *out)
    bint fc_is_better(int kind, bint is_maximum, fc_number value, fc_number best)
    void fc_store(int kind, fc_number value, void *out)
    size_t fc_columns_scratch_size(size_t rows, size_t columns)
    size_t fc_exact_columns_scratch_size()

    ctypedef void (*fc_loop)(const void *a, int step_a, const void *b, int step_b, const void *c, int step_c,
                             void *out, size_t n) noexcept nogil

    ctypedef struct fc_transforms_table:
        fc_loop[18][12] loop
        fc_loop[12][12] cast
        void (*gather[12])(const void *x, Py_ssize_t stride, void *out, size_t n) noexcept nogil

    ctypedef union fc_tile_constant:
        double float64
        float float32
        int64_t int64

    ctypedef void (*fc_tile_function)() noexcept nogil

    ctypedef struct fc_tile_step:
        fc_tile_function run
        fc_tile_constant k
        fc_tile_constant k2
        uint16_t r
        uint16_t s
        uint16_t operation

    ctypedef struct fc_tile_operand:
        char *base
        size_t step

    ctypedef struct fc_tile_program:
        int kind
        const fc_tile_step *step
        size_t operand_count
        const uint8_t *uses
        int is_streaming

    ctypedef struct fc_tiles_table:
        fc_tile_function[2][1] operation
        void (*run)(const fc_tile_program *program, const fc_tile_operand *operand, size_t start, size_t end,
                    void *scratch) noexcept nogil
        void (*sum_blocks)(const fc_tile_program *program, const fc_tile_program *rest, fc_tile_operand *operand,
                           size_t result, size_t start, size_t end, double *partial, void *scratch) noexcept nogil

    int fc_tile_division(int kind, double k, fc_tile_step *step)
    size_t fc_tile_scratch_size(size_t operand_count)

    ctypedef struct fc_text:
        const void *data
        size_t length
        int width

    ctypedef struct fc_integer_text_table:
        char *(*integers)(int kind, const void *x, size_t n, const char *separator, size_t size,
                          char *out) noexcept nogil
        char *(*range)(int64_t start, int64_t step, size_t n, const char *separator, size_t size,
                       char *out) noexcept nogil

    ctypedef struct fc_float_text_table:
        char *(*floats)(int kind, const void *x, size_t n, int fixed_end, const char *separator, size_t size,
                        char *out) noexcept nogil

    ctypedef struct fc_string_text_table:
        char *(*strings)(const fc_text *text, size_t n, const char *separator, size_t size, char *out) noexcept nogil

    ctypedef size_t (*fc_parse_loop)(const char **text, const char *end, const char *separator, size_t separator_size,
                                     void *out, size_t n) noexcept nogil

    ctypedef struct fc_parse_table:
        fc_parse_loop[12] parse
        size_t (*count_separators)(const char *text, size_t size, const char *separator,
                                   size_t separator_size) noexcept nogil

    ctypedef int (*fc_interrupt)(void *context) noexcept nogil

    ctypedef struct fc_fibonacci_table:
        size_t (*number)(uint64_t n, bint is_lucas, void *scratch, const uint64_t **limbs, fc_interrupt interrupt,
                         void *context) noexcept nogil
        size_t (*scratch_size)(uint64_t n) noexcept nogil

    ctypedef struct fc_decimal_words:
        const uint64_t *word
        size_t count
        unsigned int width

    ctypedef struct fc_decimals_table:
        uint64_t (*most)() noexcept nogil
        size_t (*scratch_size)(uint64_t n) noexcept nogil
        int (*number)(uint64_t n, void *scratch, fc_decimal_words *out, fc_interrupt interrupt,
                      void *context) noexcept nogil
        size_t (*length)(const fc_decimal_words *number) noexcept nogil
        void (*write)(const fc_decimal_words *number, char *out) noexcept nogil

    ctypedef struct fc_residues_table:
        uint64_t (*modulo_word)(uint64_t n, uint64_t m) noexcept nogil
        uint64_t (*modulo)(const uint64_t *n, size_t limbs, uint64_t m) noexcept nogil
        unsigned int (*bits)(int kind, const void *n, size_t count) noexcept nogil
        void (*prepare)(uint64_t m, unsigned int bits, size_t count, void *scratch) noexcept nogil
        void (*residues)(const void *plan, int kind, const void *n, size_t count, uint64_t *out) noexcept nogil
        size_t (*first_beyond)(int kind, const void *n, size_t count) noexcept nogil
        bint (*look_up)(int kind, const void *n, size_t count, uint64_t *out) noexcept nogil
        bint (*pack)(int kind, const void *n, size_t count, uint8_t *packed) noexcept nogil
        void (*look_up_bytes)(const uint8_t *packed, size_t count, uint64_t *out) noexcept nogil

    ctypedef struct fc_recurrences_table:
        void (*start)(uint64_t m, const uint64_t *coefficients, const uint64_t *initial, size_t k,
                      void *scratch) noexcept nogil
        void (*advance)(void *scratch, const uint64_t *n, size_t first, size_t last) noexcept nogil
        uint64_t (*finish)(void *scratch) noexcept nogil

    size_t fc_residues_scratch_size(unsigned int bits, size_t count)
    size_t fc_recurrence_scratch_size(size_t k)

    ctypedef struct fc_room:
        void *scratch
        size_t capacity
        int is_last

    ctypedef struct fc_packing:
        int64_t least
        unsigned int width
        unsigned int lost
        unsigned int index_width

    ctypedef struct fc_words_table:
        size_t (*sort_64)(int64_t *x, size_t n, int64_t offset, int64_t flip, unsigned int low, unsigned int width,
                          fc_room *room) noexcept nogil
        size_t (*split_64)(int64_t *x, size_t n) noexcept nogil
        size_t (*split_32)(int32_t *x, size_t n) noexcept nogil
        bint (*seems_in_runs_64)(const int64_t *x, size_t n) noexcept nogil

    ctypedef struct fc_values_table:
        size_t (*sort)(int kind, const void *x, size_t n, int descending, void *out, fc_room *room) noexcept nogil
        int (*map)(int kind, const void *x, size_t n, void *out) noexcept nogil
        size_t (*sort_keys)(int kind, void *keys, size_t n, fc_room *room) noexcept nogil
        void (*reverse)(int kind, void *sorted, size_t n) noexcept nogil
        bint (*prefers_numpy)(int kind, const void *x, size_t n, size_t rows) noexcept nogil

    ctypedef struct fc_orders_table:
        size_t (*argsort)(int kind, const void *x, size_t n, int descending, int64_t *out,
                          fc_room *room) noexcept nogil
        size_t (*argsort_keys)(int64_t *key, size_t n, fc_room *room) noexcept nogil
        bint (*pack)(int kind, const void *x, size_t n, int descending, int64_t *out,
                     fc_packing *packing) noexcept nogil
        void (*unpack)(int kind, const void *x, size_t n, int descending, int64_t *out,
                       const fc_packing *packing) noexcept nogil

    ctypedef struct fc_text_order:
        size_t depth
        int64_t flip
        bint is_rising
        bint is_falling

    ctypedef struct fc_texts_table:
        void (*start)(fc_text_order *all, const fc_text *sample, size_t count) noexcept nogil
        void (*keys)(fc_text_order *all, const fc_text *text, size_t start, size_t end, int64_t *key) noexcept nogil
        size_t (*argsort)(fc_text_order *all, const fc_text *text, size_t n, int64_t *key, int64_t *words,
                          fc_room *room) noexcept nogil

    ctypedef struct fc_selection_table:
        size_t (*select)(int kind, const void *x, size_t n, size_t rank, size_t count, void *out, int *seen,
                         fc_room *room) noexcept nogil
        size_t (*top_room)(int kind, size_t n, size_t k) noexcept nogil
        size_t (*top_candidates)(int kind, const void *x, size_t n, size_t k, bint is_largest, void *where,
                                 fc_room *room) noexcept nogil
        void (*part)(int kind, const void *x, size_t n, const void *pivot, void *out) noexcept nogil
        void (*search)(int kind, const void *a, size_t n, const void *v, size_t m, bint is_right,
                       int64_t *out) noexcept nogil
        size_t (*distinct)(int kind, const void *x, size_t n, void *out, int64_t *starts) noexcept nogil
        size_t (*isin)(int kind, const void *x, size_t n, const void *elements, size_t m, bint invert, uint8_t *out,
                       fc_room *room) noexcept nogil

    fc_floats_table fc_floats
    fc_integers_table fc_integers
    fc_exact_table fc_exact
    fc_extremes_table fc_extremes
    fc_axes_table fc_axes
    fc_transforms_table fc_transforms
    fc_tiles_table fc_tiles
    fc_integer_text_table fc_integer_text
    fc_float_text_table fc_float_text
    fc_string_text_table fc_string_text
    fc_parse_table fc_parse
    fc_fibonacci_table fc_fibonacci
    fc_decimals_table fc_decimals
    fc_residues_table fc_residues
    fc_recurrences_table fc_recurrences
    fc_words_table fc_words
    fc_values_table fc_values
    fc_orders_table fc_orders
    fc_texts_table fc_texts
    fc_selection_table fc_selection

    const char *const *fc_available_isas()
    int fc_use_isa(const char *name)
    const char *fc_current_isa()
    const char *fc_compiler()
    size_t fc_kind_size(int kind)

cdef extern from "float_mode.h" nogil:
    uint64_t fc_enter_mode()
    void fc_leave_mode(uint64_t mode)
