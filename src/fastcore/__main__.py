"""``python -m fastcore`` prints what is in use."""

from fastcore import info


def main() -> None:
    lines = []
    for name, value in info().items():
        if isinstance(value, tuple):
            value = ", ".join(value)
        if value not in (None, ""):
            lines.append(f"{name:16}{value}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
