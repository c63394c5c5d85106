"""What may go wrong at the command line, and the exit code of each."""

OK = 0
NOT_AS_EXPECTED = 1
"""Refused, held, unhealthy: the question was answered, and the answer is not what you hoped."""
USAGE = 2
UNREACHABLE = 3
"""No service answered in time: not started, gone, or too busy for as long as we waited."""
BROKEN = 4
"""A service answered something that is no answer: a fault in it, or another version of it."""


class StopError(Exception):
    """Ends the command: `what` happened, and in `advice` what to do about it."""

    code = NOT_AS_EXPECTED

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class UsageError(StopError):
    """The command was asked something that it cannot do."""

    code = USAGE


class UnreachableError(StopError):
    """None of a service's addresses answered."""

    code = UNREACHABLE


class BrokenError(StopError):
    """A service answered, and the answer cannot be understood."""

    code = BROKEN


class RefusedError(StopError):
    """A service said no (RFC 9457): `problem` is its answer, `status` that of HTTP."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        title, detail = problem.get("title"), problem.get("detail")
        super().__init__(": ".join(str(part) for part in (title, detail) if part) or str(status))
        self.status = status
        self.problem = problem
