"""The cases of python -m fastcore.bench: that their contenders agree, and what is meant by that."""

from __future__ import annotations

import gc
import math
import operator
import os

import pytest

from fastcore.bench import cases, measure
from fastcore.bench.cases import decks, joins, loops, sorting, transforms


@pytest.mark.parametrize("case", [c for c in cases.all_cases() if c.family != "howto"], ids=lambda case: case.name)
@pytest.mark.parametrize("n", (1, 30))
def test_all_contenders_of_every_case_agree(case, n):
    group = measure.check(case, n, {})
    assert {r.status for r in group.rows} <= {"=", "not installed"}
    assert group.rows[0].contender.role == "reference"
    assert group.rows[-1].contender.role == "fastcore"


@pytest.mark.parametrize("case", [c for c in cases.all_cases() if c.family != "howto"], ids=lambda case: case.name)
def test_they_agree_whichever_comes_first(case):
    """As the first may be skipped, and the next that is exact is what others are compared with."""
    n = 30
    first = [c for c in case.make(n) if c.tolerance is None and c.role != "fastcore"]
    for count in range(1, len(first) + 1):
        known = {(case.name, contender.name): (n, 1e9) for contender in first[:count]}
        group = measure.check(case, n, known, has_compiled=False)
        statuses = {row.contender.name: row.status for row in group.rows}
        assert not [name for name, status in statuses.items() if status.startswith(("differs", "failed"))]


def test_orders_agree_if_stable_or_if_marked_and_of_the_same_elements():
    case = next(case for case in cases.all_cases() if case.name == "sorting/argsort-int-few")
    stable = case.make(30)[0].call()().tolist()
    a = sorting.lists("int", "few", 30)[0]
    i = next(i for i in range(29) if a[stable[i]] == a[stable[i + 1]])
    unstable = [*stable[:i], stable[i + 1], stable[i], *stable[i + 2 :]]
    assert case.agree(stable, list(stable))
    assert not case.agree(stable, unstable)
    assert case.agree(stable, unstable, sorting.OTHER)
    assert not case.agree(stable, stable[::-1], sorting.OTHER)
    assert not case.agree(stable, [*stable[:i], stable[i], stable[i], *stable[i + 2 :]], sorting.OTHER)


def test_lists_agree_if_of_the_same_objects_or_if_marked_and_equal():
    case = next(case for case in cases.all_cases() if case.name == "sorting/list-letters")
    mine = case.make(30)[0].call()()
    others = [x[:6] + x[6:] for x in mine]
    assert case.agree(mine, list(mine))
    assert not case.agree(mine, others)
    assert case.agree(mine, others, sorting.OTHER)
    assert not case.agree(mine, others[::-1], sorting.OTHER)


@pytest.mark.parametrize("has_numpy", (False, True))
def test_parts_and_unique_elements_agree_in_any_order_if_marked(monkeypatch, has_numpy):
    if has_numpy:
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(sorting, "numpy_or_none", lambda: None)
    parts = next(case for case in cases.all_cases() if case.name == "sorting/partition-int")
    assert not parts.agree([1, 2, 3, 5, 4], [2, 1, 3, 4, 5])
    assert parts.agree([1, 2, 3, 5, 4], [2, 1, 3, 4, 5], sorting.OTHER)
    for wrong in ([1, 2, 5, 3, 4], [1, 1, 3, 4, 5], [1, 2, 3, 4], [1, 2, 3, 4, 6]):
        assert not parts.agree([1, 2, 3, 5, 4], wrong, sorting.OTHER)
    unique = next(case for case in cases.all_cases() if case.name == "sorting/unique-float")
    assert unique.agree([0.5, 1.5], [1.5, 0.5], sorting.OTHER)
    assert not unique.agree([0.5, 1.5], [1.5, 0.5])
    assert not unique.agree([0.5, 1.5], [0.5, 0.5], sorting.OTHER)
    assert not unique.agree([0.5, 1.5], [0.5, 1.5, 1.5], sorting.OTHER)
    counts = next(case for case in cases.all_cases() if case.name == "sorting/unique-counts")
    assert counts.agree(([1, 2], [3, 4]), ([2, 1], [4, 3]), sorting.OTHER)
    assert not counts.agree(([1, 2], [3, 4]), ([2, 1], [4, 3]))
    assert not counts.agree(([1, 2], [3, 4]), ([2, 1], [3, 4]), sorting.OTHER)


def test_sorted_floats_agree_with_nan_for_nan():
    case = next(case for case in cases.all_cases() if case.name == "sorting/array-float-nan")
    assert case.agree([1.0, math.nan], [1.0, float("nan")])
    assert not case.agree([1.0, math.nan], [math.nan, 1.0])
    assert not case.agree([1.0, math.nan], [1.0, 2.0])


def test_inputs_are_dealt_in_turn_and_the_reference_takes_the_one_before():
    deck = decks.Deck([(1,), (2,), (3,)])
    call, again = deck.call(lambda x: -x), deck.call_again(lambda x: x)
    assert [call() for _ in range(4)] == [-1, -2, -3, -1]
    assert call() == -2
    assert [again() for _ in range(3)] == [2, 1, 2]
    assert deck.call(lambda x: x, "text", lambda x: (str(x),))() == "1"


def test_peers_of_one_library_hold_inputs_in_forms_of_their_own():
    deck = decks.Deck([(1,)])
    doubled = decks.peer("math", deck, lambda math: math.floor, lambda math: lambda x: (2 * x,), form="doubled")
    tripled = decks.peer("math", deck, lambda math: math.floor, lambda math: lambda x: (3 * x,), form="tripled")
    assert doubled.call()() == 2
    assert tripled.call()() == 3


def test_texts_agree_if_equal_or_in_brackets_or_if_marked_and_of_the_same_numbers():
    case = joins.TextCase("x/y", "", lambda n: [])
    text = "0.5,-0.0,1e-05,1e+16,nan"
    assert case.agree(text, text)
    assert case.agree(text, f"[{text}]")
    assert case.agree(f"[{text}]", text)
    assert not case.agree(f"[{text}]", text[1:])
    assert not case.agree(text, None)
    for other in ("[0.5,-0.0,0.00001,1e16,null]", "0.5\n-0\n0.00001\n10000000000000000\nNaN\n"):
        assert not case.agree(text, other)
        assert case.agree(text, other, joins.OTHER)
    for wrong in (
        "0.5,-0.0,1e-05,1e+16",
        "0.5,-0.0,1e-05,1e+16,0",
        "0.5,-0.0,1e-05,1e+16,",
        "0.5,-0.0,1.0000000000000002e-05,1e+16,nan",
    ):
        assert not case.agree(text, wrong, joins.OTHER)
    assert case.agree("1,2\n3,4\n", "[[1.0,2.0],[3.0,4.0]]", joins.OTHER)
    assert not case.agree("9007199254740992", "9007199254740993", joins.OTHER)


def test_strings_agree_if_equal_or_if_marked_and_the_same_in_json():
    case = joins.TextCase("x/y", "", lambda n: [], split=joins.items, same=operator.eq)
    assert case.agree("7,8.5,ä,None", '[7,8.5,"ä",null]', joins.OTHER)
    assert not case.agree("7,8.5,ä,None", '[7,8.5,"ä",null]')
    assert not case.agree("7,8.5,ä,None", '[7,8.5,"a",null]', joins.OTHER)


def test_a_file_that_is_written_to_goes_with_its_contender():
    target = joins.Target()
    for text in (b"before", b"now"):
        file = target.rewound()
        file.write(text)
        file.flush()
    path = target._path
    assert target.text() == "now"
    assert os.path.exists(path)
    del target
    gc.collect()
    assert not os.path.exists(path)


def test_loops_in_c_are_left_out_without_a_compiler(monkeypatch):
    case = next(case for case in cases.all_cases() if case.name == "transforms/affine")
    monkeypatch.setattr(loops.shutil, "which", lambda name: None)
    assert "C -O3" not in [contender.name for contender in case.make(3)]
    assert loops.pythran_library.__wrapped__(transforms.WORKS, None) is None


def test_a_compiler_that_fails_gives_no_loops_and_no_error(monkeypatch):
    monkeypatch.setattr(loops.shutil, "which", lambda name: os.path.join("no", "such", name))
    assert loops.c_library.__wrapped__(transforms.WORKS) is None
    assert loops.pythran_library.__wrapped__(transforms.WORKS, math) is None  # which compiles nothing


def test_exponentials_agree_if_a_few_units_in_the_last_place_apart():
    case = transforms.NearCase("x/y", "", lambda n: [])
    assert case.agree([1.0, 1e-300], [1.0 + 2**-51, 1e-300 * (1 + 2**-51)])
    assert not case.agree([1.0, 1e-300], [1.0 + 2**-49, 1e-300])
    assert not case.agree([1.0, 1e-300], [1.0, 0.0])
    assert not case.agree([1.0], [1.0, 1.0])
    assert case.agree([1.0], [1.0 + 1e-10], 1e-9)


def test_narrower_arrays_are_compared_in_the_wider_type_if_that_is_exact(np):
    for wide, narrow in (("f8", "f4"), ("i8", "u1"), ("i8", "i4"), ("i8", "u8")):
        assert cases.is_identical(np.array([1, 2], wide), np.array([1, 2], narrow))
        assert not cases.is_identical(np.array([1, 2], wide), np.array([1, 3], narrow))
    for expected, result in (("f4", "f8"), ("i4", "u8"), ("u8", "i8"), ("f8", "i8"), ("i8", "f8"), ("M8[s]", "M8[s]")):
        assert not cases.is_identical(np.array([1, 2], expected), np.array([1, 2], result))
    assert not cases.is_identical(np.array([-1], "i8"), np.array([2**64 - 1], "u8"))


def test_a_list_is_kept_as_an_array_only_if_that_holds_the_same(np):
    for values in ([0.5, math.nan, -0.0], [1, -(2**63)], [True, False]):
        kept = cases.comparable(values)
        assert isinstance(kept, np.ndarray)
        assert repr(kept.tolist()) == repr(values)
    for values in ([1, 0.5], [1, True], [2**63], [-1, 2**64], [], ["a"], (1, 2), "text", 5):
        assert cases.comparable(values) is values


def test_every_family_has_cases():
    assert {case.family for case in cases.all_cases()} == set(cases.FAMILIES)


def test_arrays_of_the_same_bytes_are_identical(np):
    a = np.array([1.0, -0.0, np.nan])
    assert cases.is_identical(a, a.copy())
    assert cases.is_identical(a[::2], a[::2].copy())
    for other in (-a, a[:2], a.reshape(3, 1), list(a), a.astype(object)):
        assert not cases.is_identical(a, other)
    assert not cases.is_identical(a.astype(object), a.astype(object))

    class Series:
        def to_numpy(self):
            return a.copy()

    class Odd:
        def to_numpy(self):
            raise ValueError

    assert cases.is_identical(a, Series())
    assert not cases.is_identical(a, Odd())
