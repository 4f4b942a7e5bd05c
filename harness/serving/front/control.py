"""The control API, which no cloud has, under `/_harness/` on both applications: clock, reset, populate, outbox, stepping.

GET  /_harness/health                     {"status": "healthy", "version"}, or 503 and why: it starts, data are away, no room
GET  /_harness/clock                      {"now", "offsetSeconds"}
POST /_harness/clock     {"advance": "40m"}   runs what falls due on the way
POST /_harness/populate  {"azure_ad": {"users", "groups", "assignments"}, "aws_sso": {…}}
POST /_harness/reset                      no people, groups, logs, faults or requests seen; endpoint, tokens, job settings and
                                          snapshots stay, and these are answered by name
GET  /_harness/mail                       notification mails, oldest first
GET  /_harness/job                        which job is served, its next cycle, its retries, which process runs it (`Served.job`)
POST /_harness/step      {"exchanges": true}  one object of a cycle (`stepping.py`); the schedule must be off
GET  /_harness/why?user=ana@contoso.com   why somebody is, or is not, in the target (`why.py`)
GET  /_harness/why?group=Office           why a group, and each of its members, is or is not there
GET  /_harness/agreement                  whether both sides agree, each difference with its reason
GET  /_harness/timeline?after=0&about=ana@contoso.com   what happened last, without secrets; `after` a number,
                                          or origins with numbers where several processes answer: 5f0c-12,a371-40
GET  /_harness/faults                     those that are on, with how many requests each has met
POST /_harness/faults    {"request": "POST /Users", "times": 1, "answer": {"status": 503}}   as the step `fault` of scenarios
POST /_harness/faults/end   {"number": 2}   one of them ends, without a body all; answers what was on
GET  /_harness/requests?request=POST /Users&after=0&times=1&wait=5s   those seen, waited for until there are so many; with
                                          contains=TEXT in the body, answered status=409 (0: not at all)
POST /_harness/requests/forget            those seen so far do not count any more; the timeline keeps them
GET  /_harness/snapshots                  those that there are, oldest first
POST /_harness/snapshots  {"name": "before"}    take one; …/snapshots/restore and …/snapshots/delete take the same
GET  /_harness/snapshots/compare?from=before&to=after   what differs; without `to`, between one and now
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import BoundedSemaphore
from types import NoneType
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from harness.base import __version__, json_text
from harness.base.clock import iso, parse_duration
from harness.base.errors import HarnessError
from harness.base.sqlite import is_full, is_unreadable
from harness.base.store import StorageError
from harness.serving.front.controlled import Controlled
from harness.serving.front.refusing import AT_WORK, RefusedError, place
from harness.serving.front.watched import requests, timeline
from harness.wire.cross_site import is_order_of_another_site
from harness.wire.message import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/_harness/"
_READING = ("GET", "HEAD")


def with_control(app: WSGIApplication, served: Controlled) -> WSGIApplication:
    """Return `app` with the control API in front; the gate checks who may call it (`gate.py`)."""
    places = BoundedSemaphore(AT_WORK)

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX):
            return _answer(Request(environ), served, places)(environ, start_response)
        return app(environ, start_response)

    return wrapped


def _answer(request: Request, served: Controlled, places: BoundedSemaphore) -> Response:
    try:
        act = _route(request)
        body = _body(request)
        if request.method in _READING:
            return _reply(act(served, body))
        with place(places):
            return _reply(act(served, body))
    except RefusedError as error:
        refused = _reply({"message": str(error)}, error.status)
        if error.status == 405:  # RFC 9110 section 15.5.6
            refused.headers["Allow"] = ", ".join(_methods(request.path.removeprefix(PREFIX)))
        return refused
    except (HarnessError, HTTPException) as error:
        return _reply({"message": str(error)}, 400)
    except Exception as error:
        message, status = _failure(error)
        if message is None:
            raise
        return _reply({"message": message}, status)


def _failure(error: Exception) -> tuple[str | None, int]:
    """Return what is told, and with which status, of data that could not be read or written; None of any other error."""
    if isinstance(error, StorageError):
        return str(error), 500
    if is_unreadable(error):
        return f"the data cannot be read: {error}", 500
    if is_full(error):
        later = "; ".join(getattr(error, "__notes__", ())) or "make room, then ask again"
        return f"the disk is full, or takes no more; {later}", 507
    return None, 500


def _route(request: Request) -> _Act:
    """Return the function that carries out a request. Raises RefusedError."""
    if is_order_of_another_site(request.environ):
        raise RefusedError("the control API takes no orders from other sites", 403)
    name = request.path.removeprefix(PREFIX)
    names = sorted({route for route, _ in _ROUTES})
    if name not in names:
        raise RefusedError(f"unknown control path; there are: {', '.join(names)}", 404)
    act = _ROUTES.get((name, "GET" if request.method in _READING else request.method))
    if act is None:
        raise RefusedError(f"{request.method} is not offered here", 405)
    return act


def _methods(name: str) -> list[str]:
    """Return the methods that a name takes: HEAD wherever GET is (RFC 9110 section 9.1)."""
    offered = [method for route, method in _ROUTES if route == name]
    return [*offered, "HEAD"] if "GET" in offered else offered


def _body(request: Request) -> dict[str, Any]:
    if request.method in _READING:
        return dict(request.args.items())
    request.max_content_length = MAX_BODY
    try:
        body = json_text.decode(request.get_data() or b"{}")
    except ValueError as error:
        raise HarnessError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise HarnessError("the body must be a JSON object")
    return body


def _health(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    if (reason := served.trouble) is not None:
        raise RefusedError(reason, 503)
    return {"status": "healthy", "version": __version__}


def _clock(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return {"now": iso(served.clock.now(), 3), "offsetSeconds": round(served.offset.total_seconds(), 3)}


def _advance(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    span = body.get("advance")
    if not isinstance(span, str) or set(body) != {"advance"}:
        raise HarnessError('the body must be {"advance": "40m"}')
    served.advance(parse_duration(span))
    return _clock(served, body)


def _populate(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    served.populate(body)
    return {"populated": True}


def _reset(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    served.reset()
    return {"reset": True, "snapshots": [note.name for note in served.snapshots.all()]}


def _mail(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return {"value": served.mail()}


def _job(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return served.job()


def _step(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    wanted = body.get("exchanges", False)
    if not isinstance(wanted, bool) or set(body) - {"exchanges"}:
        raise HarnessError('the body must be {"exchanges": true}, or nothing')
    return served.step(exchanges=wanted)


def _why(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    subjects = [(kind, name) for kind in ("User", "Group") if (name := body.get(kind.lower(), "").strip())]
    if len(subjects) != 1:
        raise HarnessError("name one: /_harness/why?user=ana@contoso.com or /_harness/why?group=Office")
    return served.why(*subjects[0])


def _agreement(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return served.agreement()


def _timeline(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    return timeline(served.timeline, body)


def _requests(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    return requests(served.timeline, body)


def _forget_requests(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return {"last": served.timeline.forget_requests()}


def _faults(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    return {"value": served.misbehaviour.shown()}


def _put_fault(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    served.misbehaviour.put(body)
    return {"value": served.misbehaviour.shown()}


def _end_faults(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    number = body.get("number")
    if set(body) - {"number"} or type(number) not in (int, NoneType):
        raise HarnessError('the body must be {"number": 2}, as /_harness/faults tells it, or nothing')
    return {"ended": served.misbehaviour.end(number)}


def _snapshots(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    del body
    snapshots = served.snapshots
    return {
        "value": [note.shown() for note in snapshots.all()],
        "takenBeforeCycles": snapshots.takes_before_cycles,
        "unreadable": snapshots.unreadable(),
    }


def _take(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    return served.snapshots.take(_name(body)).shown()


def _restore(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    return {**served.snapshots.restore(_name(body)).shown(), **_clock(served, body)}


def _delete(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    served.snapshots.delete(_name(body))
    return {"deleted": True}


def _compare(served: Controlled, body: dict[str, Any]) -> dict[str, Any]:
    if "from" not in body or set(body) - {"from", "to"}:
        raise HarnessError("name one or two: /_harness/snapshots/compare?from=before&to=after")
    changes = served.snapshots.compare(body["from"], body.get("to"))
    return {"equal": not changes, "changes": [change.document() for change in changes]}


def _name(body: dict[str, Any]) -> str:
    name = body.get("name")
    if not isinstance(name, str) or set(body) != {"name"}:
        raise HarnessError('the body must be {"name": "before"}')
    return name


_Act = Callable[[Controlled, dict[str, Any]], dict[str, Any]]
_ROUTES: dict[tuple[str, str], _Act] = {
    ("health", "GET"): _health,
    ("clock", "GET"): _clock,
    ("clock", "POST"): _advance,
    ("populate", "POST"): _populate,
    ("reset", "POST"): _reset,
    ("mail", "GET"): _mail,
    ("job", "GET"): _job,
    ("step", "POST"): _step,
    ("why", "GET"): _why,
    ("agreement", "GET"): _agreement,
    ("timeline", "GET"): _timeline,
    ("requests", "GET"): _requests,
    ("requests/forget", "POST"): _forget_requests,
    ("faults", "GET"): _faults,
    ("faults", "POST"): _put_fault,
    ("faults/end", "POST"): _end_faults,
    ("snapshots", "GET"): _snapshots,
    ("snapshots", "POST"): _take,
    ("snapshots/restore", "POST"): _restore,
    ("snapshots/delete", "POST"): _delete,
    ("snapshots/compare", "GET"): _compare,
}


def _reply(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False) + "\n", status, content_type="application/json")
