"""How an action says no."""


class RefusedError(Exception):
    """Something that cannot be done as asked. The message is fit to show; `field` is the form's field it is about."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
