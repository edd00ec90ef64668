"""The sorting cases under pytest-benchmark."""


def test_sorting(race, contender):
    race(contender)
