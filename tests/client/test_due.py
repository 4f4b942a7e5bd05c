"""The next try that the log has of a failure, once its time has come."""

import pytest

from harness.client.words import entry_lines

_ENTRY = {
    "at": "2026-11-30T05:00:00Z", "action": "create", "who": "Ana", "status": "failure", "code": None,
    "request": None, "cause": "refused", "retries": 0, "nextAttempt": "2026-11-30T05:40:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-30T05:39:00Z", "not retried yet; next try "),
        ("2026-11-30T05:41:00Z", "not retried yet when this was logged; the next try was due "),
    ],
)
def test_a_next_try_that_is_past_is_told_as_one(now, words):
    assert words in list(entry_lines(_ENTRY, now))[-1]
