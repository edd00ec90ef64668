"""``python -m fastcore`` prints what is in use."""

from fastcore import info


def main() -> None:
    for name, value in info().items():
        if isinstance(value, tuple):
            value = ", ".join(value)
        if value not in (None, ""):
            print(f"{name:16}{value}")


if __name__ == "__main__":
    main()
