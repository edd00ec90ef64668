"""The sums cases under pytest-benchmark."""


def test_sums(race, contender):
    race(contender)
