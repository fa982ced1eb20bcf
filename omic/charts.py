"""What the drawings of every app share: the scale of an axis. Pure."""

STEPS = (1, 2, 5)


def step_of(most: int) -> int:
    """The scale has four steps of 1, 2 or 5 times a power of ten; the smallest that holds `most`."""
    power = 1
    while True:
        for step in STEPS:
            if 4 * step * power >= most:
                return step * power
        power *= 10
