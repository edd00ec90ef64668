"""The transforms cases under pytest-benchmark."""


def test_transforms(race, contender):
    race(contender)
