/* The C loops of fastcore: pointers in, numbers out. No Python.h, no allocation, no global state but the tables below,
   which are filled once at import (dispatch.c) with the loops that suit the processor.

   A name here is internal to a release. What another package may build on is `_kernels.pxd`. */
#ifndef FASTCORE_H
#define FASTCORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Element types, in the order of the dispatch arrays. Bool is one byte, 0 or 1. */
enum fc_kind {
    FC_BOOL,
    FC_INT8,
    FC_UINT8,
    FC_INT16,
    FC_UINT16,
    FC_INT32,
    FC_UINT32,
    FC_INT64,
    FC_UINT64,
    FC_FLOAT16,
    FC_FLOAT32,
    FC_FLOAT64,
    FC_KIND_COUNT
};

/* ---- sums ---------------------------------------------------------------------------------------------------- */

/* Elements summed lane by lane before the lanes are folded; part of the meaning of `sum` (see sums/floats.c). */
#define FC_SUM_BLOCK 4096
#define FC_SUM_LANES 32
#define FC_SUM_LEVELS 5

/* The running state of the plain float sum: level 0 takes elements, level k+1 the block sums of level k. */
typedef struct fc_float_sum {
    size_t count[FC_SUM_LEVELS];
    double lane[FC_SUM_LEVELS][FC_SUM_LANES];
} fc_float_sum;

/* top·2^64 + high·2^32 + low; between calls, high and low are below 2^32. */
typedef struct fc_integer_sum {
    int64_t top;
    int64_t high;
    uint64_t low;
} fc_integer_sum;

/* Base-2^32 digits of an exact sum of doubles; bit 0 of digit[0] is worth 2^-1074 (see sums/exact.c). */
#define FC_EXACT_DIGITS 68
enum { FC_EXACT_NAN = 1, FC_EXACT_PLUS_INF = 2, FC_EXACT_MINUS_INF = 4 };
/* What served the tiles before. */
typedef struct fc_exact_way {
    int32_t exponent; /* of the extraction constant; FC_EXACT_NO_EXPONENT at first */
    uint32_t careful; /* tiles still to be extracted without trying to split them */
    uint32_t penalty; /* how many those were at first: more with each failure in a row */
} fc_exact_way;
typedef struct fc_exact_sum {
    int64_t digit[FC_EXACT_DIGITS];
    uint32_t pending; /* additions since the digits were last carried */
    uint32_t flags;
    fc_exact_way way;
} fc_exact_sum;
#define FC_EXACT_NO_EXPONENT INT32_MIN

/* One number of any kind: signed and unsigned integers apart, floats as double. */
typedef union fc_number {
    int64_t i;
    uint64_t u;
    double f;
} fc_number;

/* A sum of integer products, 192 bits in two's complement, the lowest word first. */
typedef struct fc_integer_dot {
    uint64_t word[3];
} fc_integer_dot;

/* Each writes the block sums of n elements, ceil(n / FC_SUM_BLOCK) of them. */
typedef struct fc_floats_table {
    void (*sum_blocks)(int kind, const void *x, size_t n, double *partial);
    /* Of float64 that are `stride` bytes apart. */
    void (*sum_blocks_apart)(const void *x, ptrdiff_t stride, size_t n, double *partial);
    /* Of products; one of the kinds at least is a float's. */
    void (*dot_blocks)(int kind, const void *x, int other_kind, const void *y, size_t n, double *partial);
    /* Of deviations from a pivot, and of their squares; the pivot is a float for floats, else an integer of the kind.
     */
    void (*deviation_blocks)(int kind, const void *x, size_t n, fc_number pivot, double *sums, double *squares);
    /* The running sums after `start` of elements of a float kind; returns the last. */
    double (*running)(int kind, const void *x, size_t n, double start, double *out);
} fc_floats_table;

typedef struct fc_integers_table {
    void (*sum)(fc_integer_sum *state, int kind, const void *x, size_t n);
    void (*dot)(fc_integer_dot *state, int kind, const void *x, int other_kind, const void *y, size_t n);
    /* The running sums after *start, which becomes the last, in 64 bits; returns whether all fit: if not, only part
       of `out` is written. */
    int (*running)(int kind, const void *x, size_t n, int64_t *start, int64_t *out);
} fc_integers_table;

typedef struct fc_exact_table {
    void (*update)(fc_exact_sum *state, int kind, const void *x, size_t n);
    /* The sum of n >= 1 doubles divided by 1 <= count < 2^32, rounded once; returns 0 if that takes a state: for hard
       data, and for more than some thousand. */
    int (*try_few)(const double *x, size_t n, uint64_t count, double *out);
    /* The same of each column of floats, row after row: is_left[column] is 1 where that is not enough. `scratch` has
       fc_exact_columns_scratch_size() bytes. */
    void (*sum_columns)(int kind, const void *x, size_t rows, size_t columns, uint64_t count, double *out,
                        uint8_t *is_left, void *scratch);
} fc_exact_table;

/* Of n >= 1 elements; NaN if there is one; among equals the first. */
typedef struct fc_extremes_table {
    fc_number (*minimum)(int kind, const void *x, size_t n);
    fc_number (*maximum)(int kind, const void *x, size_t n);
    void (*minmax)(int kind, const void *x, size_t n, fc_number *least, fc_number *most);
    /* The index of the extreme, which is written into `best`. */
    size_t (*where)(int kind, const void *x, size_t n, int is_maximum, fc_number *best);
} fc_extremes_table;

/* Along the first of two axes: element (row, column) is x[row·columns + column]. */
typedef struct fc_axes_table {
    /* out[column] = the float sum of each column, in the order of a sum of it alone. `scratch` has
       fc_columns_scratch_size(rows, columns) bytes. */
    void (*sum_floats)(int kind, const void *x, size_t rows, size_t columns, double *out, void *scratch);
    /* The integer sums mod 2^64; `upper`, NULL for kinds below 64 bits, takes the sums of the upper halves. */
    void (*sum_integers)(int kind, const void *x, size_t rows, size_t columns, uint64_t *out, int64_t *upper);
    /* The extremes, of the kind of x. */
    void (*extremes)(int kind, const void *x, size_t rows, size_t columns, int is_maximum, void *out);
    /* The columns from `first` on, `count` of them, as rows. */
    void (*gather)(int kind, const void *x, size_t rows, size_t columns, size_t first, size_t count, void *out);
    /* out[row] = the float sum of each row of `columns` <= FC_SUM_LANES elements. */
    void (*sum_short_rows)(int kind, const void *x, size_t rows, size_t columns, double *out);
} fc_axes_table;

void fc_float_sum_start(fc_float_sum *state);
void fc_float_sum_push(fc_float_sum *state, size_t level, double value);
double fc_float_sum_finish(fc_float_sum *state);

/* Brings high and low below 2^32. */
void fc_integer_carry(fc_integer_sum *state);
/* The sum divided by 1 <= count < 2^31, rounded to the nearest integer, half up; it fits 64 bits if the terms do. */
int64_t fc_integer_nearest(const fc_integer_sum *state, uint64_t count);

void fc_exact_start(fc_exact_sum *state);
void fc_exact_add_integer(fc_exact_sum *state, const fc_integer_sum *integer);
void fc_exact_merge(fc_exact_sum *state, const fc_exact_sum *other);
/* Digits as 4-byte two's complement, the lowest first, FC_EXACT_DIGITS + 1 of them; the state stays as it is in value.
 */
void fc_exact_digits(fc_exact_sum *state, uint32_t *out);
/* Whether the sum is above 2^1101 or so: far beyond the doubles, but still far from what the digits hold. */
int fc_exact_is_large(const fc_exact_sum *state);
/* The finite part divided by 1 <= count < 2^32, rounded once to nearest, ties to even; returns 0, or 1 if it is out of
   range. */
int fc_exact_round(const fc_exact_sum *state, uint64_t count, double *out);

/* An integer sum divided by 1 <= count < 2^32, rounded once. */
double fc_integer_quotient(const fc_integer_sum *state, uint64_t count);

/* Whether `value` takes the place of an extreme of elements before it. */
int fc_is_better(int kind, int is_maximum, fc_number value, fc_number best);
/* Writes a number as an element of a kind. */
void fc_store(int kind, fc_number value, void *out);

size_t fc_columns_scratch_size(size_t rows, size_t columns);
size_t fc_exact_columns_scratch_size(void);

/* ---- transforms ---------------------------------------------------------------------------------------------- */

/* Elements that the loops of a program work on at a time: 8 KiB of float64, so that its rows stay in the L1 cache. */
#define FC_TRANSFORM_BLOCK 1024

/* What loops do; floats are left to tiles, but for casts and `where`. */
enum fc_operation {
    FC_ADD,
    FC_SUBTRACT,
    FC_MULTIPLY,
    FC_MULTIPLY_ADD, /* a·b + c, of constants b and c */
    FC_NEGATIVE,
    FC_ABSOLUTE,
    FC_MINIMUM,
    FC_MAXIMUM,
    FC_CLIP,
    FC_LESS,
    FC_LESS_EQUAL,
    FC_EQUAL,
    FC_NOT_EQUAL,
    FC_LOGICAL_AND,
    FC_LOGICAL_OR,
    FC_LOGICAL_XOR,
    FC_LOGICAL_NOT,
    FC_WHERE,
    FC_OPERATION_COUNT
};

/* out[i] = operation(a[i·step_a], b[i·step_b], c[i·step_c]); a step is 0 (a constant) or 1. Unused operands are NULL.
   `out` may be exactly one of the operands. */
typedef void (*fc_loop)(const void *a, int step_a, const void *b, int step_b, const void *c, int step_c, void *out,
                        size_t n);

typedef struct fc_transforms_table {
    fc_loop loop[FC_OPERATION_COUNT][FC_KIND_COUNT]; /* NULL where the type has no such operation */
    fc_loop cast[FC_KIND_COUNT][FC_KIND_COUNT];      /* [from][to], NULL where NumPy would not cast safely */
    /* Copies n elements of 1, 2, 4 or 8 bytes, by kind, that are `stride` bytes apart, to side by side. */
    void (*gather[FC_KIND_COUNT])(const void *x, ptrdiff_t stride, void *out, size_t n);
} fc_transforms_table;

/* What a step of a tile program does (transforms/tiles.c): a becomes what is said; r and s are the step's operands in
   memory, k and k2 its constants. A mask is an operand too, in the processor's own form. */
/* clang-format off */
#define FC_TILE_OPERATIONS(X) \
    X(LOAD, load) /* a = r */ \
    X(LOAD_INT8, load_int8) /* a = r, converted */ \
    X(LOAD_UINT8, load_uint8) \
    X(LOAD_INT16, load_int16) \
    X(LOAD_UINT16, load_uint16) \
    X(LOAD_INT32, load_int32) \
    X(LOAD_UINT32, load_uint32) \
    X(LOAD_INT64, load_int64) \
    X(LOAD_AFFINE_INT32, load_affine_int32) /* a = r*k + k2, which wrap, then converted */ \
    X(LOAD_AFFINE_UINT32, load_affine_uint32) \
    X(LOAD_AFFINE_INT64, load_affine_int64) \
    X(LOAD_FLOAT32, load_float32) \
    X(LOAD_FLOAT64, load_float64) \
    X(FILL, fill) /* a = k */ \
    X(STORE, store) /* r = a */ \
    X(STORE_LAST, store_last) /* the same, as the last step of a program; so do the next two */ \
    X(STREAM_LAST, stream_last) /* past the caches; aligned */ \
    X(STORE_FLOAT32_LAST, store_float32_last) /* rounded */ \
    X(ADD, add) /* a + r */ \
    X(SUBTRACT, subtract) /* a - r */ \
    X(SUBTRACT_FROM, subtract_from) /* r - a */ \
    X(MULTIPLY, multiply) \
    X(DIVIDE, divide) \
    X(DIVIDE_INTO, divide_into) /* r / a */ \
    X(MINIMUM, minimum) /* of a and r; of equal zeros the second */ \
    X(MINIMUM_OF, minimum_of) /* of r and a */ \
    X(MAXIMUM, maximum) \
    X(MAXIMUM_OF, maximum_of) \
    X(ADD_K, add_k) /* a + k */ \
    X(SUBTRACT_FROM_K, subtract_from_k) \
    X(MULTIPLY_K, multiply_k) \
    X(DIVIDE_K, divide_k) \
    X(DIVIDE_EXACT, divide_exact) /* a / k, by k2 = 1 / k (fc_tile_division) */ \
    X(DIVIDE_INTO_K, divide_into_k) \
    X(MINIMUM_K, minimum_k) \
    X(MINIMUM_OF_K, minimum_of_k) \
    X(MAXIMUM_K, maximum_k) \
    X(MAXIMUM_OF_K, maximum_of_k) \
    X(CLIP_K, clip_k) /* k if a < k, k2 if a > k2, else a; neither is a NaN */ \
    X(NEGATE, negate) \
    X(ABSOLUTE, absolute) \
    X(SQRT, sqrt) \
    X(SQUARE, square) \
    X(FLOOR, floor) \
    X(CEIL, ceil) \
    X(TRUNC, trunc) \
    X(RINT, rint) /* to nearest, ties to even */ \
    X(EXP, exp) /* these five within 1 ULP (elementary.h) */ \
    X(LOG, log) \
    X(SIN, sin) \
    X(COS, cos) \
    X(TANH, tanh) \
    X(MULTIPLY_ADD_K, multiply_add_k) /* a*k + k2; here and below each operation is rounded */ \
    X(LOAD_MULTIPLY_K, load_multiply_k) /* r*k */ \
    X(LOAD_MULTIPLY_ADD_K, load_multiply_add_k) /* r*k + k2 */ \
    X(LOAD_CLIP_K, load_clip_k) /* the same of r */ \
    X(LOAD_SQUARE, load_square) /* r*r */ \
    X(LOAD_PRODUCT, load_product) /* r*s */ \
    X(LOAD_SQUARE_K, load_square_k) /* (k*r)*r */ \
    X(LOAD_CUBE_K, load_cube_k) /* ((k*r)*r)*r */ \
    X(HORNER, horner) /* a*r + k */ \
    X(ADD_SQUARE, add_square) /* a + r*r */ \
    X(ADD_PRODUCT, add_product) /* a + r*s */ \
    X(ADD_MULTIPLE, add_multiple) /* a + k*r */ \
    X(ADD_SQUARE_K, add_square_k) /* a + (k*r)*r */ \
    X(ADD_MULTIPLE_K, add_multiple_k) /* (a + k*r) + k2 */ \
    X(LOAD_CUBE_SQUARE_K, load_cube_square_k) /* ((k*r)*r)*r + (k2*r)*r */ \
    X(ADD_CUBE_K, add_cube_k) \
    X(LESS, less) /* the mask s = a < r */ \
    X(LESS_EQUAL, less_equal) \
    X(GREATER, greater) \
    X(GREATER_EQUAL, greater_equal) \
    X(EQUAL, equal) \
    X(NOT_EQUAL, not_equal) \
    X(LESS_K, less_k) \
    X(LESS_EQUAL_K, less_equal_k) \
    X(GREATER_K, greater_k) \
    X(GREATER_EQUAL_K, greater_equal_k) \
    X(EQUAL_K, equal_k) \
    X(NOT_EQUAL_K, not_equal_k) \
    X(TEST_LESS, test_less) /* the mask s = r < k */ \
    X(TEST_LESS_EQUAL, test_less_equal) \
    X(TEST_GREATER, test_greater) \
    X(TEST_GREATER_EQUAL, test_greater_equal) \
    X(TEST_EQUAL, test_equal) \
    X(TEST_NOT_EQUAL, test_not_equal) \
    X(STORE_LESS, store_less) /* bytes s = r < k, as the last step; so do those down to STORE_WITHIN */ \
    X(STORE_LESS_EQUAL, store_less_equal) \
    X(STORE_GREATER, store_greater) \
    X(STORE_GREATER_EQUAL, store_greater_equal) \
    X(STORE_EQUAL, store_equal) \
    X(STORE_NOT_EQUAL, store_not_equal) \
    X(STORE_BETWEEN, store_between) /* bytes s = k < r < k2 */ \
    X(STORE_BETWEEN_TO, store_between_to) /* k < r <= k2 */ \
    X(STORE_BETWEEN_FROM, store_between_from) /* k <= r < k2 */ \
    X(STORE_WITHIN, store_within) /* k <= r <= k2 */ \
    X(MASK_FILL, mask_fill) /* the mask s = k != 0 */ \
    X(MASK_LOAD, mask_load) /* the mask s = bytes r != 0 */ \
    X(SUM_LAST, sum_last) /* adds a to the lanes r of a float sum, of float64 */ \
    X(MASK_STORE, mask_store) /* bytes r = the mask s */ \
    X(MASK_STORE_LAST, mask_store_last) \
    X(MASK_COPY, mask_copy) /* s = r, of masks */ \
    X(MASK_AND, mask_and) /* s = s & r */ \
    X(MASK_OR, mask_or) \
    X(MASK_XOR, mask_xor) \
    X(MASK_NOT, mask_not) /* s = ~s */ \
    X(SELECT, select) /* s ? r : a */ \
    X(SELECT_K, select_k) /* s ? k : a */ \
    X(KEEP, keep) /* s ? a : r */ \
    X(KEEP_K, keep_k) /* s ? a : k */ \
    X(SELECT_LESS, select_less) /* r < k ? s : a */ \
    X(SELECT_LESS_EQUAL, select_less_equal) \
    X(SELECT_GREATER, select_greater) \
    X(SELECT_GREATER_EQUAL, select_greater_equal) \
    X(SELECT_EQUAL, select_equal) \
    X(SELECT_NOT_EQUAL, select_not_equal) \
    X(SELECT_NOT_LESS, select_not_less) /* true on NaN, as the next three */ \
    X(SELECT_NOT_LESS_EQUAL, select_not_less_equal) \
    X(SELECT_NOT_GREATER, select_not_greater) \
    X(SELECT_NOT_GREATER_EQUAL, select_not_greater_equal) \
    X(OWN_LESS, own_less) /* r < k ? r : a */ \
    X(OWN_LESS_EQUAL, own_less_equal) \
    X(OWN_GREATER, own_greater) \
    X(OWN_GREATER_EQUAL, own_greater_equal) \
    X(OWN_EQUAL, own_equal) \
    X(OWN_NOT_EQUAL, own_not_equal) \
    X(OWN_NOT_LESS, own_not_less) \
    X(OWN_NOT_LESS_EQUAL, own_not_less_equal) \
    X(OWN_NOT_GREATER, own_not_greater) \
    X(OWN_NOT_GREATER_EQUAL, own_not_greater_equal) \
    X(LEAK_LESS, leak_less) /* r < k ? r : r*k2 */ \
    X(LEAK_LESS_EQUAL, leak_less_equal) \
    X(LEAK_GREATER, leak_greater) \
    X(LEAK_GREATER_EQUAL, leak_greater_equal) \
    X(LEAK_EQUAL, leak_equal) \
    X(LEAK_NOT_EQUAL, leak_not_equal) \
    X(LEAK_NOT_LESS, leak_not_less) \
    X(LEAK_NOT_LESS_EQUAL, leak_not_less_equal) \
    X(LEAK_NOT_GREATER, leak_not_greater) \
    X(LEAK_NOT_GREATER_EQUAL, leak_not_greater_equal)
/* clang-format on */

enum fc_tile_operation {
#define FC_TILE_ENUMERATOR(upper, lower) FC_TILE_##upper,
    FC_TILE_OPERATIONS(FC_TILE_ENUMERATOR)
#undef FC_TILE_ENUMERATOR
        FC_TILE_OPERATION_COUNT
};

/* A constant in the program's own type, or of integers that wrap. */
typedef union fc_tile_constant {
    double float64;
    float float32;
    int64_t int64;
} fc_tile_constant;

typedef struct fc_tile_step {
    void (*run)(void); /* of the table, by the operation */
    fc_tile_constant k, k2;
    uint16_t r, s;
    uint16_t operation;
} fc_tile_step;

/* Element i of an operand is at base + i·step. A step of 0 is of what a tile keeps: a mask, an intermediate, or a
   constant as often as a tile has elements; it takes FC_TILE_SIZE bytes, aligned to 64. */
typedef struct fc_tile_operand {
    char *base;
    size_t step;
} fc_tile_operand;

/* What an operand is to a program. */
enum { FC_TILE_INPUT = 1, FC_TILE_OUTPUT = 2 };

#define FC_TILE_SIZE 512

/* A program for one float type. Its last step is one of those made for that. */
typedef struct fc_tile_program {
    int kind; /* FC_FLOAT32 or FC_FLOAT64 */
    const fc_tile_step *step;
    size_t operand_count;
    const uint8_t *uses; /* of each operand whose step is not 0 */
    int is_streaming;    /* the last step is STREAM_LAST */
} fc_tile_program;

typedef struct fc_tiles_table {
    void (*operation[2][FC_TILE_OPERATION_COUNT])(void); /* of float32 and float64; NULL where there is none */
    /* Runs a program on the elements from start to end. `scratch` has fc_tile_scratch_size() bytes. */
    void (*run)(const fc_tile_program *program, const fc_tile_operand *operand, size_t start, size_t end,
                void *scratch);
    /* Writes the block sums (fc_floats_table) of what a float64 program makes; start is a multiple of FC_SUM_BLOCK. The
       program ends with SUM_LAST, and `rest`, for what is less than a tile, with STORE_LAST; their last step's operand
       is `result`. */
    void (*sum_blocks)(const fc_tile_program *program, const fc_tile_program *rest, fc_tile_operand *operand,
                       size_t result, size_t start, size_t end, double *partial, void *scratch);
} fc_tiles_table;

/* What divides by k: DIVIDE_EXACT if it is right for k, MULTIPLY_K by the reciprocal of a power of two, else DIVIDE_K.
   Writes the constants. */
int fc_tile_division(int kind, double k, fc_tile_step *step);
size_t fc_tile_scratch_size(size_t operand_count);

/* ---- joins --------------------------------------------------------------------------------------------------- */

/* Bytes that the text of an element can take, with its sign; and those past the end of a text that a loop may write. */
#define FC_INTEGER_WIDTH 20
#define FC_FLOAT_WIDTH 25
#define FC_TEXT_SLACK 128

/* A string of `length` characters of 1, 2 or 4 bytes. The sixteen bytes before it can be read, as those of the object
   that holds it. */
typedef struct fc_text {
    const void *data;
    size_t length;
    int width;
} fc_text;

/* Loops that write the text of n elements, each followed by the separator, and return the end of it. `out` has room for
   n·(width + separator_size) + FC_TEXT_SLACK bytes. */
typedef struct fc_integer_text_table {
    char *(*integers)(int kind, const void *x, size_t n, const char *separator, size_t separator_size, char *out);
    /* start, start + step, …: n elements of a range, all of which are int64. */
    char *(*range)(int64_t start, int64_t step, size_t n, const char *separator, size_t separator_size, char *out);
} fc_integer_text_table;

/* Where fixed notation ends for a Python float: at 10^16. */
#define FC_FIXED_END 16

typedef struct fc_float_text_table {
    /* The shortest decimals that read back as the elements, as floats of their kind; in fixed notation from 1e-4 to
       below 10^fixed_end <= 10^16, else with an exponent. */
    char *(*floats)(int kind, const void *x, size_t n, int fixed_end, const char *separator, size_t separator_size,
                    char *out);
} fc_float_text_table;

typedef struct fc_string_text_table {
    /* ASCII strings; `out` has room for their lengths. */
    char *(*strings)(const fc_text *text, size_t n, const char *separator, size_t separator_size, char *out);
} fc_string_text_table;

/* The longest separator of texts that are parsed. */
#define FC_PARSE_SEPARATOR 8

/* Reads up to n tokens, each up to a separator or the end of the text, into `out`; returns how many, and in *text where
   the next starts. It stops before a token that is no number, does not fit, or is of a rare sort (a plus sign, a
   name other than "inf" and "nan", very many digits, a subnormal result). No byte of the separator may be a
   letter, a digit, a sign, or a point. */
typedef size_t (*fc_parse_loop)(const char **text, const char *end, const char *separator, size_t separator_size,
                                void *out, size_t n);

typedef struct fc_parse_table {
    fc_parse_loop parse[FC_KIND_COUNT]; /* none for bool */
    size_t (*count_separators)(const char *text, size_t size, const char *separator, size_t separator_size);
} fc_parse_table;

/* ---- fibonacci ----------------------------------------------------------------------------------------------- */

/* F(93) is the last below 2^64. */
#define FC_FIBONACCI_WORD 93
/* F(736) is the last below 2^510: the last factors made of the table's numbers have no more than its eight limbs. */
#define FC_FIBONACCI_TABLE 736
#define FC_FIBONACCI_LIMBS 8

#define FC_FIBONACCI_FAULT (-1)

/* Asked now and then in a long computation; it stops at once if the answer is not 0. */
typedef int (*fc_interrupt)(void *context);

typedef struct fc_fibonacci_table {
    /* F(n), or L(n), of 8 < n <= 2^36, as little-endian 64-bit limbs somewhere in `scratch`, which has
       scratch_size(n) bytes; returns how many, or 0 if interrupted, or FC_FIBONACCI_FAULT if the check of the result
       failed. */
    size_t (*number)(uint64_t n, int is_lucas, void *scratch, const uint64_t **limbs, fc_interrupt interrupt,
                     void *context);
    size_t (*scratch_size)(uint64_t n);
} fc_fibonacci_table;

/* A natural number in decimal: `count` words of `width` decimals each, the lowest first and the highest not 0. */
typedef struct fc_decimal_words {
    const uint64_t *word;
    size_t count;
    unsigned width;
} fc_decimal_words;

typedef struct fc_decimals_table {
    uint64_t (*most)(void); /* the greatest index served */
    size_t (*scratch_size)(uint64_t n);
    /* F(n) of n > FC_FIBONACCI_TABLE / 2 somewhere in `scratch`, which has scratch_size(n) bytes; returns 1, or
       0 if interrupted, or FC_FIBONACCI_FAULT. */
    int (*number)(uint64_t n, void *scratch, fc_decimal_words *out, fc_interrupt interrupt, void *context);
    size_t (*length)(const fc_decimal_words *number); /* in decimals */
    void (*write)(const fc_decimal_words *number, char *out);
} fc_decimals_table;

typedef struct fc_residues_table {
    /* F(n) mod m, m from 1 up; here and below 0 stands for m = 2^64. */
    uint64_t (*modulo_word)(uint64_t n, uint64_t m);
    /* The same for n in little-endian 64-bit limbs. */
    uint64_t (*modulo)(const uint64_t *n, size_t limbs, uint64_t m);
    /* How many bits the greatest magnitude of integers has; at least 1. */
    unsigned (*bits)(int kind, const void *n, size_t count);
    /* Makes a plan in `scratch`, of fc_residues_scratch_size(bits, count) bytes, for about so many integers of at most
       so many bits; and with it, F(n[i]) mod m of any integers, negative ones too, into `out`, which may be n if that
       has 64-bit elements. */
    void (*prepare)(uint64_t m, unsigned bits, size_t count, void *scratch);
    void (*residues)(const void *plan, int kind, const void *n, size_t count, uint64_t *out);
    /* The first index that is not from 0 to 93, or `count`. */
    size_t (*first_beyond)(int kind, const void *n, size_t count);
    /* out[i] = F(n[i]), or anything if n[i] is not from 0 to 93: returns whether all are. */
    int (*look_up)(int kind, const void *n, size_t count, uint64_t *out);
    /* The same in two steps that read and write memory once, past the caches; for a large `out` that must stay as it is
       if not all are. */
    int (*pack)(int kind, const void *n, size_t count, uint8_t *packed);
    void (*look_up_bytes)(const uint8_t *packed, size_t count, uint64_t *out);
} fc_residues_table;

/* x[i] = c[0] x[i-1] + … + c[k-1] x[i-k] modulo m, of given coefficients c and initial x[0] … x[k-1], all below m. */
typedef struct fc_recurrences_table {
    /* Makes a state in `scratch`, of fc_recurrence_scratch_size(k) bytes, at bit 0 of an index. */
    void (*start)(uint64_t m, const uint64_t *coefficients, const uint64_t *initial, size_t k, void *scratch);
    /* Goes over the bits from `first` up to but not `last` of an index n in little-endian limbs. */
    void (*advance)(void *scratch, const uint64_t *n, size_t first, size_t last);
    /* x[n], after all bits of n. */
    uint64_t (*finish)(void *scratch);
} fc_recurrences_table;

/* F(0) … F(93) */
extern uint64_t fc_fibonacci_word[FC_FIBONACCI_WORD + 1];
/* F(0) … F(736), the lowest word first */
extern uint64_t fc_fibonacci_first[FC_FIBONACCI_TABLE + 1][FC_FIBONACCI_LIMBS];

/* A prime of the transforms (fibonacci/transform.h): root[i] is of order 4·2^i, inverse_of[j] of prime j; residues of
   either sign, below p/2. */
#define FC_ROOTS 23
typedef struct fc_prime {
    double p;
    double root[FC_ROOTS];
    double inverse_of[2];
} fc_prime;
extern fc_prime fc_primes[3];
/* Fills these tables, at import. */
void fc_fibonacci_start(void);

size_t fc_fibonacci_limbs(uint64_t n);
size_t fc_residues_scratch_size(unsigned bits, size_t count);
size_t fc_recurrence_scratch_size(size_t k);

/* ---- sorting ------------------------------------------------------------------------------------------------- */

/* Scratch that a caller offers. A loop that could do with more says how many bytes, has then changed nothing, and is
   called again with that much; or with `is_last` set if there is no more to be had, and then does with what there is.
 */
typedef struct fc_room {
    void *scratch;
    size_t capacity; /* bytes */
    int is_last;
} fc_room;

/* Signed keys in place. A key becomes key ^ offset ^ (flip if it is negative) once it is in its place. The loops with a
   room return 0, or the bytes they ask for. */
typedef struct fc_words_table {
    /* Only the bits from `low` up, `width` of them, need be compared: those below are in ascending order among keys
       that agree in these, those above are equal. */
    size_t (*sort_64)(int64_t *x, size_t n, int64_t offset, int64_t flip, unsigned low, unsigned width, fc_room *room);
    size_t (*sort_32)(int32_t *x, size_t n, int32_t offset, int32_t flip, fc_room *room);
    /* Parts n keys in two: returns how many come first, none of which is above any of the others; 0 < that < n unless
       most keys are equal, when it may be n. For sharing work among threads. */
    size_t (*split_64)(int64_t *x, size_t n);
    size_t (*split_32)(int32_t *x, size_t n);
    /* Whether looking for runs is worth while. */
    int (*seems_in_runs_64)(const int64_t *x, size_t n);
    int (*seems_in_runs_32)(const int32_t *x, size_t n);
} fc_words_table;

/* What a loop has seen of floats: a NaN, or a -0.0, whose bits a sort by keys alone would not keep in order. */
enum { FC_HAS_NAN = 1, FC_HAS_NEGATIVE_ZERO = 2 };

typedef struct fc_values_table {
    /* Sorts n elements of x into `out`, which may be x; NaN last, and elements that are equal in input order as far as
       their bits can tell. Returns 0, or the bytes of room it asks for; `is_last` fails, by returning them again, where
       floats with NaN or both zeros are to be sorted in place. */
    size_t (*sort)(int kind, const void *x, size_t n, int descending, void *out, fc_room *room);
    /* The steps of it, for threads; 32- and 64-bit kinds. `map` writes keys and returns what it has seen. */
    int (*map)(int kind, const void *x, size_t n, void *out);
    size_t (*sort_keys)(int kind, void *keys, size_t n, fc_room *room);
    /* Turns ascending order into descending: NaN stays last, and zeros and NaNs keep their order. */
    void (*reverse)(int kind, void *sorted, size_t n);
    /* Whether NumPy's sort has measured faster for such rows of n elements, and keeps apart what they hold. */
    int (*prefers_numpy)(int kind, const void *x, size_t n, size_t rows);
} fc_values_table;

/* Elements that an index of an order can name: words keep it in 32 bits. */
#define FC_ORDER_MOST UINT32_MAX

/* How words are made of keys: ((key - least) >> spare >> lost) << index_width | index, less 2^63 to be signed. */
typedef struct fc_packing {
    int64_t least;
    unsigned spare; /* low bits that all keys share */
    unsigned width; /* bits of the distances without these */
    unsigned lost;  /* of the width, the low bits that do not fit */
    unsigned index_width;
    int is_few; /* so few distances that they can be counted */
} fc_packing;

typedef struct fc_orders_table {
    /* The stable order of n <= FC_ORDER_MOST elements as indices, NaN last. Returns 0 or the bytes it asks for. */
    size_t (*argsort)(int kind, const void *x, size_t n, int descending, int64_t *out, fc_room *room);
    /* The same of signed keys, in whose place the order is written; there is room for n more. */
    size_t (*argsort_keys)(int64_t *key, size_t n, fc_room *room);
    /* The steps of it, for threads: words to be sorted; then the order of sorted words, with ties mended. `pack`
       returns 1 if the order was there already and is written. */
    int (*pack)(int kind, const void *x, size_t n, int descending, int64_t *out, fc_packing *packing);
    int (*pack_keys)(int64_t *key, size_t n, int64_t least, int64_t most, fc_packing *packing);
    void (*unpack)(int kind, const void *x, size_t n, int descending, int64_t *out, const fc_packing *packing);
} fc_orders_table;

/* What is known of strings that are to be ordered. */
typedef struct fc_text_order {
    fc_text first;
    size_t depth;   /* characters that all have in common at their start */
    int64_t flip;   /* all ones for a falling order; set by the caller */
    int is_wide;    /* whether any has characters of more than a byte */
    int is_rising;  /* whether they are in order already */
    int is_falling; /* strictly */
    int is_broken;
} fc_text_order;

#define FC_TEXT_SAMPLE 16

/* Strings by the numbers of their characters: `start` with a sample, `keys` of all from front to back, a part at a time
   while they are in the cache, then `argsort` if they are in no order yet. */
typedef struct fc_texts_table {
    void (*start)(fc_text_order *all, const fc_text *sample, size_t count);
    void (*keys)(fc_text_order *all, const fc_text *text, size_t start, size_t end, int64_t *key);
    /* Turns the keys into the stable order; `words` has room for n. Returns 0 or the bytes it asks for. */
    size_t (*argsort)(fc_text_order *all, const fc_text *text, size_t n, int64_t *key, int64_t *words, fc_room *room);
} fc_texts_table;

/* Of elements of 32 and 64 bits. */
typedef struct fc_selection_table {
    /* Writes the element of a rank, and of the next if `count` is 2, unless *seen says that there are NaNs. Returns 0
       or the bytes it asks for. */
    size_t (*select)(int kind, const void *x, size_t n, size_t rank, size_t count, void *out, int *seen, fc_room *room);
    /* Finds elements that the k largest or least numbers are among, in input order, in a room of top_room() bytes, and
       writes where they are; returns how many, or 0 if there is no short way. */
    size_t (*top_room)(int kind, size_t n, size_t k);
    size_t (*top_candidates)(int kind, const void *x, size_t n, size_t k, int is_largest, void *where, fc_room *room);
    /* Writes the elements below the pivot, those that have its bits and those above, each in input order; no NaNs. */
    void (*part)(int kind, const void *x, size_t n, const void *pivot, void *out);
    /* out[i] = how many elements of a, in ascending order, come before v[i], or do not come after it if `is_right`. */
    void (*search)(int kind, const void *a, size_t n, const void *v, size_t m, int is_right, int64_t *out);
    /* Writes the first of each group of equal elements of x, which is in order, and if asked to where each starts;
       returns how many. */
    size_t (*distinct)(int kind, const void *x, size_t n, void *out, int64_t *starts);
    /* out[i] = whether x[i] is one of m elements, or is none if `invert`. Returns 0 or the bytes it asks for. */
    size_t (*isin)(int kind, const void *x, size_t n, const void *elements, size_t m, int invert, uint8_t *out,
                   fc_room *room);
} fc_selection_table;

/* ---- dispatch ------------------------------------------------------------------------------------------------ */

extern fc_floats_table fc_floats;
extern fc_integers_table fc_integers;
extern fc_exact_table fc_exact;
extern fc_extremes_table fc_extremes;
extern fc_axes_table fc_axes;
extern fc_transforms_table fc_transforms;
extern fc_tiles_table fc_tiles;
extern fc_integer_text_table fc_integer_text;
extern fc_float_text_table fc_float_text;
extern fc_string_text_table fc_string_text;
extern fc_parse_table fc_parse;
extern fc_fibonacci_table fc_fibonacci;
extern fc_decimals_table fc_decimals;
extern fc_residues_table fc_residues;
extern fc_recurrences_table fc_recurrences;
extern fc_words_table fc_words;
extern fc_values_table fc_values;
extern fc_orders_table fc_orders;
extern fc_texts_table fc_texts;
extern fc_selection_table fc_selection;

/* The ISAs that were built and that this processor can run, best first, ended by NULL; none on
   an x86-64 processor below psABI level 2 (before about 2009). */
const char *const *fc_available_isas(void);
/* Fills the tables for an ISA by name; returns 0, or -1 if it is not available. Not thread-safe. */
int fc_use_isa(const char *name);
const char *fc_current_isa(void);
const char *fc_compiler(void);
/* Whether the processor has AVX-512 VBMI2, and with it, as all that do, VBMI and IFMA. */
int fc_has_vbmi2(void);
/* Whether storing chosen elements (vpcompress to memory) takes a hundred cycles and more. */
int fc_has_slow_compression(void);
size_t fc_kind_size(int kind);

#ifdef __cplusplus
}
#endif
#endif
