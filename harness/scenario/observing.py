"""The timeline of a world for reports: every exchange and log line in its journal, in order, each with a sentence.

Expectations read the services themselves; from here they take only the number of new log entries.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from harness.aws_sso.cloudtrail import LOG as CLOUDTRAIL
from harness.azure_ad.mail import MAIL
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as provisioning
from harness.journal import Journal
from harness.log_lines import LOGS, log_line, shown_line
from harness.scenario.events import Observation
from harness.wire.recording.exchanges import Exchange


class Since(Struct, frozen=True):
    """How many entries each log gained since the step began."""

    provisioning: int
    audit: int
    cloudtrail: int
    mails: int


def since(journal: Journal) -> Since:
    """Count the journal's entries by log; the audit log has a line for each step of a provisioning entry."""
    bodies = {name: [body for _, log, body in journal.lines if log == name] for name in LOGS}
    steps = sum(provisioning.number_of_steps(body) for body in bodies[provisioning.LOG])
    return Since(
        provisioning=len(bodies[provisioning.LOG]),
        audit=len(bodies[audit.LOG]) + steps,
        cloudtrail=len(bodies[CLOUDTRAIL]),
        mails=len(bodies[MAIL]),
    )


def observations(journal: Journal) -> list[Observation]:
    """Return exchanges and log lines, in the order in which they began."""
    observed = [(exchange.order, _exchange(exchange)) for exchange in journal.exchanges]
    observed += [
        (place, line) for place, log, body in journal.lines if (line := _logged(log, body)) is not None
    ]
    return [observation for _, observation in sorted(observed, key=lambda pair: pair[0])]


def _exchange(exchange: Exchange) -> Observation:
    """Return the observation of an exchange, with the summary `POST /Users → 201`."""
    answer = str(exchange.response.status) if exchange.response else exchange.error or "no answer"
    path = exchange.request.url.partition("://")[2].partition("/")[2]
    good = exchange.response is not None and exchange.response.status < 400
    summary = f"{exchange.request.method} /{path.partition('/scim/v2/')[2] or path} → {answer}"
    return Observation("exchange", exchange.at, exchange.source, summary, good, None, exchange)


def _logged(log: str, body: dict[str, Any]) -> Observation | None:
    line = log_line(log, body)
    if line is None:
        return None
    return Observation(line.kind, line.at, line.lane, line.summary, line.good, dict(shown_line(log, body)))
