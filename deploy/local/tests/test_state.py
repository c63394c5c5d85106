import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inkoop_local import state
from inkoop_local.errors import StackError
from inkoop_local.waiting import until


def test_what_was_written_is_read(tmp_path: Path) -> None:
    state.write_json(tmp_path / "deep" / "it.json", {"port": 1})
    assert state.read_json(tmp_path / "deep" / "it.json") == {"port": 1}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["it.json"]


def test_threads_that_write_the_same_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(200):
            state.write_json(tmp_path / "it.json", {"port": number})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    assert state.read_json(tmp_path / "it.json")["port"] in range(4)
    assert [path.name for path in tmp_path.iterdir()] == ["it.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "nul"])
def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "it.json").write_text(text)
    assert state.read_json(tmp_path / "it.json") == {}
    assert state.read_json(tmp_path / "never.json") == {}


def test_a_lock_keeps_the_second_out_until_the_first_is_done(tmp_path: Path) -> None:
    entered = threading.Event()

    def second() -> None:
        with state.locked(tmp_path / "lock"):
            entered.set()

    thread = threading.Thread(target=second)
    with state.locked(tmp_path / "lock"):
        thread.start()
        assert not entered.wait(0.1)
    assert entered.wait(5)
    thread.join()


def test_the_end_of_a_log_is_shown_indented(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one\ntwo\nthree\n")
    assert state.last_lines(tmp_path / "log", 2) == "    two\n    three"
    assert state.last_lines(tmp_path / "none") == ""


def test_waiting_ends_with_the_answer_or_says_what_did_not_come() -> None:
    answers = iter([None, False, 7])
    assert until(lambda: next(answers), 5, "seven") == 7
    with pytest.raises(StackError, match="seven: not within 0 s"):
        until(lambda: None, 0, "seven")
