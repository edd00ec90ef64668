"""The fibonacci cases under pytest-benchmark."""


def test_fibonacci(race, contender):
    race(contender)
