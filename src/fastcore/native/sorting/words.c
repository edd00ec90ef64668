/* The sort of signed 64-bit and 32-bit keys in place, which everything else of this family is brought to: elements
   through a mapping to keys (values.c), stable orders as words of a key and an index (orders.c).

   Of the shared scratch only runs to merge (n keys) and the radix sort (n keys, only without vectors) make use. */
#include "sorting.h"

#include "lanes.h"
#include "names.h"

enum { RISING, FALLING, MIXED };

typedef struct piece {
    size_t start, end;
    int order;
} piece;

/* More pieces than this take as long to merge as to sort. */
#define PIECES_MOST 12
/* Fewer keys are not looked at for runs. */
#define RUNS_FROM 192

#define BITS 64
#define UNSIGNED uint64_t
#include "keys.h"
#define BITS 32
#undef UNSIGNED
#define UNSIGNED uint32_t
#include "keys.h"

static size_t sort_64(int64_t *x, size_t n, int64_t offset, int64_t flip, unsigned low, unsigned width, fc_room *room) {
    return sort_keys64(x, n, (mapping64){offset, flip}, low, width, room->scratch, room->capacity, room->is_last);
}

static size_t split_64(int64_t *x, size_t n) { return split_in_two64(x, n); }
static size_t split_32(int32_t *x, size_t n) { return split_in_two32(x, n); }

static size_t sort_32(int32_t *x, size_t n, int32_t offset, int32_t flip, fc_room *room) {
    return sort_keys32(x, n, (mapping32){offset, flip}, 0, 32, room->scratch, room->capacity, room->is_last);
}

static int seems_in_runs_64(const int64_t *x, size_t n) { return n >= RUNS_FROM && seems_in_runs64(x, n); }
static int seems_in_runs_32(const int32_t *x, size_t n) { return n >= RUNS_FROM && seems_in_runs32(x, n); }

const fc_words_table FC_TABLE(fc_words) = {
    .sort_64 = sort_64,
    .sort_32 = sort_32,
    .split_64 = split_64,
    .split_32 = split_32,
    .seems_in_runs_64 = seems_in_runs_64,
    .seems_in_runs_32 = seems_in_runs_32,
};
