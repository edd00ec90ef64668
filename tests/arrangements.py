"""Data for the tests of the sorting family: every arrangement that a sort may take a short-cut for, in every type.

An arrangement is a list of ranks, integers from 0 up, which `as_list` and `as_array` map to values, in the same order
but for strings of all kinds.
"""

from __future__ import annotations

import functools
import random
from typing import Any

SIZES = (0, 1, 2, 3, 8, 9, 16, 17, 31, 32, 33, 64, 65, 100, 127, 128, 129, 255, 256, 257, 1000, 5000)
MANY = 70000  # for native kernels only

INTEGER_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOAT_TYPES = ("float16", "float32", "float64")
TEXT_TYPES = ("S3", "S11", "U3", "U11")
DATE_TYPES = ("datetime64[s]", "timedelta64[25us]")
SWAPPED_TYPES = (">u2", ">i8", ">f4", ">f8", ">U5", ">M8[D]")
ARRAY_TYPES = (*INTEGER_TYPES, *FLOAT_TYPES, "bool", *TEXT_TYPES, *DATE_TYPES, *SWAPPED_TYPES)


def swapped(n, rng):
    ranks = list(range(n))
    for _ in range(n // 100 + 1 if n > 1 else 0):
        i, j = rng.randrange(n), rng.randrange(n)
        ranks[i], ranks[j] = ranks[j], ranks[i]
    return ranks


def appended(n, rng):
    tail = n // 100 + 1 if n else 0
    return [*range(n - tail), *(rng.randrange(n) for _ in range(tail))]


def killer(n, rng):
    """Musser's permutation, on which the median of three is always among the least two."""
    half = n // 2
    first = [i if i % 2 else half + i - 1 for i in range(1, half + 1)]
    return first + [2 * i for i in range(1, n - half + 1)]


def runs(n, rng):
    """Ascending and descending runs of all lengths, strictly or not, each from where the one before it ended."""
    ranks: list[int] = []
    last = rng.randrange(n + 1)
    while len(ranks) < n:
        length = min(rng.choice((1, 2, 3, 10, 40, 200, n // 4 + 1)), n - len(ranks))
        sign, step = rng.choice((1, -1)), rng.choice((1, 1, 3))
        for i in range(length):
            ranks.append(last)
            if i < length - 1 and rng.randrange(4) < step:
                last = max(0, last + sign)
    return ranks


ARRANGEMENTS = {
    "random": lambda n, rng: [rng.randrange(10 * n) for _ in range(n)],
    "sorted": lambda n, rng: list(range(n)),
    "reversed": lambda n, rng: list(range(n))[::-1],
    "sorted with ties": lambda n, rng: [i // 3 for i in range(n)],
    "reversed with ties": lambda n, rng: [i // 3 for i in range(n)][::-1],
    "swapped": swapped,
    "appended": appended,
    "organ pipe": lambda n, rng: [*range(n // 2), *range(n - n // 2)[::-1]],
    "sawtooth": lambda n, rng: [i % (n // 7 + 1) for i in range(n)],
    "sixteen values": lambda n, rng: [rng.randrange(16) for _ in range(n)],
    "two values": lambda n, rng: [rng.randrange(2) for _ in range(n)],
    "all equal": lambda n, rng: [7] * n,
    "zipf": lambda n, rng: [int(1 / (1 - rng.random())) for _ in range(n)],
    "small range": lambda n, rng: [rng.randrange(1000) for _ in range(n)],
    "killer": killer,
    "runs": runs,
}


@functools.lru_cache(maxsize=400)
def arrangement(name: str, n: int) -> tuple[int, ...]:
    """The ranks of an arrangement, the same in each run."""
    return tuple(ARRANGEMENTS[name](n, random.Random(f"{name} {n}")))


# ---- lists ----

ALPHABETS = {
    "ascii": "\x000123456789abcdz",
    "latin-1": "\x000az\x7f\x80\x9f\xa0\xb5\xc0\xd0\xdf\xe9\xf0\xfe\xff",
    "ucs-2": "\x00az\xff\u0100\u0101\u01ff\u0200\u1fff\u20ac\u7fff\u8000\ud800\udfff\ufeff\uffff",
    "ucs-4": "\x00az\xff\u0100\uffff\U00010000\U00010001\U000100ff\U0001f600\U0001ffff\U00020000\U000f0000\U000fffff"
    "\U00100000\U0010ffff",
}


def digits(rank: int, count: int, alphabet: Any) -> Any:
    """A rank in as many digits, the least of which are left out at the end."""
    text = alphabet[:0]
    for _ in range(count):
        text = alphabet[rank % 16 : rank % 16 + 1] + text
        rank //= 16
    while text[-1:] == alphabet[:1]:
        text = text[:-1]
    return text


def mixed_number(x: int) -> Any:
    return (x, float(x), x + 0.5)[x % 3]


LIST_MAKERS = {
    # x is the rank less half of the greatest, n how many ranks there are; every call makes a new object.
    "int": lambda x, n: x,
    "int of 64 bits": lambda x, n: x * 2**64 // n,
    "int of 1 to 4 digits": lambda x, n: x**9,
    "int of 128 bits": lambda x, n: x << 100,
    "int above 2**62": lambda x, n: 2**62 + x,
    "int around 2**63": lambda x, n: 2**63 + x,
    "float": lambda x, n: x / 7,
    "float of all exponents": lambda x, n: float(x**61) * 1e-100,
    "bool": lambda x, n: x > 0,
    "mixed numbers": lambda x, n: mixed_number(x),
    "ascii": lambda x, n: f"{x + n:06d}",
    "short ascii": lambda x, n: digits(x + n, 4, ALPHABETS["ascii"]),
    "latin-1": lambda x, n: digits(x + n, 5, ALPHABETS["latin-1"]),
    "ucs-2": lambda x, n: digits(x + n, 5, ALPHABETS["ucs-2"]),
    "ucs-4": lambda x, n: digits(x + n, 5, ALPHABETS["ucs-4"]),
    "str of all kinds": lambda x, n: digits(x + n, 5, ALPHABETS[(*ALPHABETS,)[x % 4]]),
    "long prefix": lambda x, n: f"a prefix of more than 32 characters: {x + n:06d}",
    "long suffix": lambda x, n: f"{x + n:06d}: a suffix of more than 32 characters",
    "bytes": lambda x, n: digits(x + n, 5, b"\x00\x01azAZ\x7f\x80\x81\xc0\xe0\xf0\xfc\xfd\xfe\xff"),
    "tuple": lambda x, n: (x // 4, str(x % 4)),
}


def as_list(kind: str, ranks: Any) -> list[Any]:
    """A list of a kind of objects: equal ranks make objects that are equal, and others as far as they can be."""
    count = max(ranks, default=0) + 1
    return [LIST_MAKERS[kind](r - count // 2, count) for r in ranks]


# ---- arrays ----


def as_array(np: Any, dtype: str, ranks: Any) -> Any:
    """An array whose elements are in the order of the ranks; of small types, some are equal for several ranks."""
    count = max(ranks, default=0) + 1
    type_ = np.dtype(dtype)
    if type_.kind in "SU":
        width = type_.itemsize // (1 if type_.kind == "S" else 4)
        alphabet: Any = bytes(range(0, 256, 17)) if type_.kind == "S" else ALPHABETS["ucs-4"]
        places = min(width, 5)
        prefix = alphabet[5:6] * (width - places)
        fits = [r * 16**places // count if count > 16**places else r for r in ranks]
        return np.array([prefix + digits(r, places, alphabet) for r in fits], type_)
    r = np.array(ranks, "int64")
    if type_.kind == "b":
        return r > count // 2
    if type_.kind == "f":
        return ((2 * r - count) / count * 500).astype(type_)
    # r * 2**64 // count, 32 bits at a time: its first bits are the same part of a narrower type's range.
    high, rest = np.divmod(r << 32, count)
    shares = (high.astype("uint64") << 32) + ((rest << 32) // count).astype("uint64")
    if type_.kind in "Mm":
        return ((shares >> 1).astype("int64") - 2**62).astype(type_.str[0] + "i8").view(type_)
    if type_.kind == "i":
        shares = (shares ^ 2**63).view("int64")
    return (shares >> (64 - 8 * type_.itemsize)).astype(type_)


def with_special_values(np: Any, a: Any, share: float, seed: int) -> Any:
    """A copy with a share of elements replaced: NaNs of both signs and all payloads, both zeros; NaT in dates."""
    rng = np.random.default_rng(seed)
    a = a.copy()
    chosen = rng.random(a.size) < share
    if a.dtype.kind in "Mm":
        a[chosen] = np.array("NaT", a.dtype)
        return a
    bits = 8 * a.dtype.itemsize
    mantissa = np.finfo(a.dtype).nmant
    infinity = (1 << (bits - 1)) - (1 << mantissa)
    payloads = rng.integers(1, 1 << mantissa, a.size, dtype="uint64") | np.uint64(infinity)
    # Quiet ones only for half of them: a NaN need not be.
    payloads |= np.uint64(1 << (mantissa - 1)) * rng.integers(0, 2, a.size, dtype="uint64")
    special = np.where(rng.random(a.size) < 0.5, payloads, np.uint64(0))
    special |= rng.integers(0, 2, a.size, dtype="uint64") << np.uint64(bits - 1)
    words = a.view(a.dtype.str[0].replace("|", "=") + f"u{bits // 8}")
    words[chosen] = special[chosen].astype(words.dtype)
    return a


def is_missing(np: Any, a: Any) -> Any:
    """Where NaN or NaT is."""
    if a.dtype.kind in "Mm":
        return np.isnat(a)
    return np.isnan(a) if a.dtype.kind == "f" else np.zeros(a.shape, bool)


def is_stable_order(np: Any, a: Any, order: Any, descending: bool) -> bool:
    """Whether indices put the elements in order, NaN last, and those of equal elements ascend."""
    if not np.array_equal(np.bincount(order, minlength=a.size), np.ones(a.size)):
        return False
    x = a[order]
    missing = is_missing(np, x)
    first, second, ends_missing, starts_missing = x[:-1], x[1:], missing[1:], missing[:-1]
    in_order = (second < first if descending else first < second) | (ends_missing & ~starts_missing)
    tied = (first == second) | (ends_missing & starts_missing)
    return bool(np.all(in_order | (tied & (order[1:] > order[:-1]))))


def stable_order(np: Any, a: Any, descending: bool = False) -> Any:
    """The indices that put the elements in order, NaN last, and those of equal elements ascending."""
    missing = is_missing(np, a)
    ranks = np.unique(a[~missing], return_inverse=True)[1].reshape(-1)
    keys = np.full(a.size, a.size)
    keys[~missing] = -ranks if descending else ranks
    return np.argsort(keys, kind="stable")


def exactly(a: Any) -> Any:
    """What is equal only for arrays of the same dtype, byte order, shape and bits."""
    return type(a).__name__, a.dtype.str, a.shape, a.tobytes()
