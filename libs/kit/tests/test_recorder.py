"""The `eventsourcing` library's own test cases, attacking our stores (design D1)."""

from collections.abc import Callable

import pytest
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)

from inkoop_kit.postgres import PostgresStore
from inkoop_kit.testing.memory import MemoryStore
from inkoop_kit.testing.recorder import StoreRecorder

CASES = {
    "application": ApplicationRecorderTestCase,
    "tracking": TrackingRecorderTestCase,
    "process": ProcessRecorderTestCase,
    "not interleaving": NonInterleavingNotificationIDsBaseCase,
}
TESTS = [
    pytest.param(name, test, id=f"{name}-{test}")
    for name, case in CASES.items()
    for test in dir(case)
    if test.startswith("test")
]


@pytest.mark.parametrize(("case", "test"), TESTS)
def test_the_recorder_in_memory_passes_the_librarys_case(case: str, test: str) -> None:
    run(case, test, lambda: StoreRecorder(MemoryStore([])))


@pytest.mark.integration
@pytest.mark.parametrize(("case", "test"), TESTS)
def test_the_recorder_in_postgresql_passes_the_librarys_case(
    case: str, test: str, stores: Callable[[], PostgresStore]
) -> None:
    run(case, test, lambda: StoreRecorder(stores()))


def run(case: str, test: str, recorder: Callable[[], StoreRecorder]) -> None:
    """One test of one shipped case, on this recorder."""

    def create(_: object) -> StoreRecorder:
        return recorder()

    members = {"create_recorder": create, "insert_num": 100}
    tried = type("Tried", (CASES[case],), members)
    result = tried(test).run()
    assert result is not None
    assert result.testsRun == 1
    problems = [text for _, text in (*result.errors, *result.failures)]
    assert problems == []
