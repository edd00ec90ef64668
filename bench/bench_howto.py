"""The how-to's cases under pytest-benchmark."""


def test_howto(race, contender):
    race(contender)
