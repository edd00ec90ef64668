"""The joins cases under pytest-benchmark."""


def test_joins(race, contender):
    race(contender)
