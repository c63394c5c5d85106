"""What the local stack says when it cannot go on: what is wrong, and what to do."""


class StackError(Exception):
    """Something of the stack is missing or does not answer.

    `what` is for people; `remedy` is the one command or step that helps, empty where none is known.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what}\n  → {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class Unavailable(StackError):  # noqa: N818  it is an answer of a provider, not a defect
    """A provider cannot serve on this machine; where none was forced, the next one is asked."""
