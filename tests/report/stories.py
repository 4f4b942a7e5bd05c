"""Hand-made runs for the report tests: one that passes, one that fails, a rejected file, and awkward text."""

from pathlib import Path

from harness.scenario.events import (
    Event,
    Failure,
    FileRejected,
    Location,
    Observation,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from harness.wire.message import Request, Response
from harness.wire.recording.exchanges import Exchange

HOSTILE = 'Ünï <script>alert("x")</script> & [red]x[/red] \x1b[31m \ud800 ]]>'


def exchange(path: str = "/Users", status: int | None = 201, body: bytes = b'{"userName":"ana"}') -> Exchange:
    url = f"https://scim.example.com/tenant/scim/v2{path}"
    request = Request("POST", url, (("Authorization", "***"), ("Content-Type", "application/json")), body)
    response = (
        None if status is None else Response(status, (("Content-Type", "application/json"),), b'{"id":"1"}')
    )
    error = "refused: nobody listens" if status is None else None
    return Exchange("2020-09-01T08:00:00.000Z", "Azure AD", "AWS SSO", request, response, error)


def seen(path: str = "/Users", status: int | None = 201) -> Observation:
    good = status is not None and status < 400
    return Observation(
        "exchange", "2020-09-01T08:00:00Z", "Azure AD", f"POST {path}", good, exchange=exchange(path, status)
    )


def story(
    file: str,
    observations: list[Observation],
    failures: tuple[Failure, ...] = (),
    title: str = "Users arrive",
    seconds: float = 0.5,
    *,
    finished: bool = True,
) -> list[Event]:
    place = Location(file, 3, 5)
    at = "2020-09-01T08:00:00Z"
    source = {"title": "Azure AD", "url": "https://example.com/guide", "section": "Step 2"}
    events: list[Event] = [
        ScenarioStarted(
            file, title, Location(file, 1, 1), source, ("setup",), "aws-sso-2020", "1", at, "About this."
        ),
        StepStarted(1, "turn provisioning on", {"secret token": "***"}, place, at),
        *observations,
    ]
    if finished:
        events += [
            StepFinished(1, at, "the initial cycle ran", ("aws users",), failures),
            ScenarioFinished(file, "2020-09-01T08:40:00Z", failures, ("single-phone", "a-quirk"), seconds),
        ]
    return events


def sample(folder: Path, seconds: float = 0.5) -> list[Event]:
    """Return a run with a passed scenario, a failed one full of hostile text, and a rejected file."""
    file = folder / "users.yaml"
    file.write_text(
        "scenario: Users arrive\nsteps:\n  - turn provisioning on: {}\nexpects: nothing\n", encoding="utf-8"
    )
    failure = Failure(
        Location(str(file), 3, 5),
        "expected another aws users",
        expected='{"userName": "ana"}',
        actual=f"nothing\n{HOSTILE}",
        nearest='{"userName": "eva"}',
        curl="curl -i -X POST https://scim.example.com/Users",
    )
    mail = Observation(
        "mail", "2020-09-01T08:00:00Z", "Azure AD", "Quarantined", detail={"to": "it@contoso.com"}
    )
    clock = Observation("clock", "2020-09-01T08:40:00Z", "Administrator", "40 minutes later")
    log = Observation(
        "cloudtrail", "2020-09-01T08:00:00Z", "AWS SSO", "CreateUser", False, {"errorCode": HOSTILE}
    )
    return [
        RunStarted(2, "1", "0.1.0"),
        FileRejected(Location("bad.yaml", 2, 1), "unknown key 'stepps'; did you mean 'steps'?", "stepps:"),
        *story(str(file), [seen(), clock], seconds=seconds),
        *story(
            str(file) + "[second]",
            [seen("/Users", 400), seen("/Groups", None), log, mail, clock],
            (failure,),
            HOSTILE,
            seconds,
        ),
        RunFinished(1, 1, 1, seconds * 2),
    ]
