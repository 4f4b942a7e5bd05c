"""The certificate for the person who waits: each check as it comes, then the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO
from urllib.parse import urlsplit

from rich.table import Table
from rich.text import Text

from harness.certification.causes import Finding
from harness.certification.certificate import Certificate, counts
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Check
from harness.report.consoles import OutputConsole
from harness.report.writing import legal
from harness.wire.recording.exchanges import Exchange

_STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.WARNING: "yellow",
    Outcome.SKIPPED: "dim",
    Outcome.WAIVED: "yellow",
    Outcome.INCONCLUSIVE: "bold yellow",
}

_MOST_FINDINGS, _MOST_NAMED = 5, 6
_LONGEST_BODY = 400  # characters of what was sent; the page has it whole
_VERDICTS = {"Succeeded": "green", "Failed": "bold red", "Incomplete": "bold yellow"}


class TerminalCertificate:
    """Prints to stdout, or to `out`; plain text in a pipe or with NO_COLOR."""

    def __init__(self, out: IO[str] | None = None, *, only_failures: bool = False) -> None:
        self._console = OutputConsole(file=out, highlight=False)
        self._quiet = (Outcome.PASSED, Outcome.SKIPPED) if only_failures else ()

    def result(self, result: Result) -> None:
        """Print the result on one line, and below it what went wrong; nothing for a passed check with `only_failures`.

        What a check left behind is named at the end too, so a quiet one needs no line for it.
        """
        if result.outcome in self._quiet:
            return
        line = Text.assemble(
            (f"{result.outcome:7} ", _STYLES[result.outcome]), f"{result.suite}  {result.check.name}"
        )
        self._console.print(
            line if result.check.mandatory else line.append("  (optional)", "dim"), soft_wrap=True
        )
        if result.reason:
            self._console.print(Text(f"        {legal(result.reason)}", "dim"), soft_wrap=True)
        if result.outcome in (Outcome.FAILED, Outcome.WARNING):
            self._demand(result)
        for note in result.notes:
            self._console.print(Text(f"        {legal(note)}", "dim"), soft_wrap=True)
        if result.left:
            left = ", ".join(result.left)
            self._console.print(
                Text(f"        could not be deleted: {legal(left)}", "yellow"), soft_wrap=True
            )

    def _demand(self, result: Result) -> None:
        """Print what the check demands, with the section, and the last request that wrote something, with its body."""
        lines = [f"wanted: {result.check.passes_when}"]
        last = result.last_written
        if isinstance(result.check, Check) and last is not None:
            lines.append(f"last written: {_sent(last)}")
        for line in lines:
            self._console.print(Text(f"        {legal(line)}", "dim"), soft_wrap=True)

    def verdicts(self, certificate: Certificate) -> None:
        """Print one row for each suite, why it failed, and the causes that several failures share."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("suite", "verdict"):
            table.add_column(name, no_wrap=True)
        for name in ("mandatory", "optional"):  # where lines are short, these are continued on the next
            table.add_column(name)
        for verdict in certificate.verdicts:
            table.add_row(
                verdict.suite.name,
                Text(verdict.word, _VERDICTS.get(verdict.word, "yellow")),
                _outcomes(counts(verdict, mandatory=True)),
                _outcomes(counts(verdict, mandatory=False)),
            )
        self._console.print()
        self._console.print(table, soft_wrap=True)
        for verdict in certificate.verdicts:
            if verdict.why:
                self._console.print(Text(f"{verdict.suite.name}: {legal(verdict.why)}"), soft_wrap=True)
            if verdict.word == "Failed":
                self._console.print(Text(f"  what it demands: {verdict.suite.source}", "dim"), soft_wrap=True)
        self._findings(certificate.findings)
        for each in certificate.waivers:
            if each.state in ("expired", "not needed"):
                line = f"waiver of {each.suite} {each.check}: {each.state}"
                self._console.print(Text(legal(line), "yellow"), soft_wrap=True)
        if certificate.left:
            line = f"could not be deleted again: {', '.join(certificate.left)}"
            self._console.print(Text(legal(line), "yellow"), soft_wrap=True)

    def _findings(self, findings: Sequence[Finding]) -> None:
        """Print the causes of most failures."""
        shared = [each for each in findings if each.mend or len(each.checks) > 1]
        for each in shared[:_MOST_FINDINGS]:
            count = f"{len(each.checks)}{' optional' * each.optional} check{'s' * (len(each.checks) > 1)}"
            self._console.print(Text(f"\n{legal(each.sentence)} ({count})"), soft_wrap=True)
            if each.mend:
                self._console.print(Text(f"  {each.mend} {each.source}", "dim"), soft_wrap=True)
            self._console.print(Text(f"  {', '.join(each.checks[:_MOST_NAMED])}", "dim"), soft_wrap=True)


def _sent(exchange: Exchange) -> str:
    """Return a request in one line: method, path, body cut short, and the status that came."""
    request, body = exchange.request, exchange.request.body.decode("utf-8", "replace")
    came = "no answer" if exchange.response is None else str(exchange.response.status)
    shortened = body if len(body) <= _LONGEST_BODY else f"{body[:_LONGEST_BODY]}…"
    return " ".join(filter(None, (request.method, urlsplit(request.url).path, shortened, f"→ {came}")))


def _outcomes(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in numbers.items())
