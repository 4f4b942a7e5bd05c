"""The console for people: Settings, Users, Groups and Event history, as plain pages and forms."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import cloudtrail, notices, tokens
from harness.aws_sso.console import actions
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Declined, Token

_ROWS = 100


def register(blueprint: Blueprint) -> None:
    routes: tuple[tuple[str, str, Callable[..., ResponseReturnValue]], ...] = (
        ("GET", "/", settings),
        ("POST", "/enable", enable),
        ("POST", "/disable", disable),
        ("POST", "/tokens", generate_token),
        ("POST", "/tokens/<token_id>/delete", delete_token),
        ("GET", "/users", users),
        ("GET", "/groups", groups),
        ("GET", "/events", events),
    )
    for method, rule, view in routes:
        blueprint.add_url_rule(rule, view.__name__, _answering(view), methods=[method])


def _answering(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    def answer(**path: str) -> ResponseReturnValue:
        try:
            return view(**path)
        except Declined as declined:
            return make_response(render_template("declined.html", message=str(declined)), declined.status)

    return answer


def settings() -> ResponseReturnValue:
    return _settings(None)


def enable() -> ResponseReturnValue:
    return _settings(actions.enable(current()))


def disable() -> ResponseReturnValue:
    actions.disable(current(), request.form.get("confirm"))
    return redirect(url_for("console.settings"), 303)


def generate_token() -> ResponseReturnValue:
    return _settings(actions.generate_token(current()))


def delete_token(token_id: str) -> ResponseReturnValue:
    actions.delete_token(current(), token_id, request.form.get("confirm"))
    return redirect(url_for("console.settings"), 303)


def users() -> ResponseReturnValue:
    after = request.args.get("after")
    return _rows("users.html", list(actions.users(current(), after=after, limit=_ROWS + 1)))


def groups() -> ResponseReturnValue:
    after = request.args.get("after")
    return _rows("groups.html", list(actions.groups(current(), after=after, limit=_ROWS + 1)))


def events() -> ResponseReturnValue:
    """Show the newest events, or those of one name, as the Event history's filter does."""
    name = request.args.get("eventName", "")
    events = cloudtrail.lookup(current(), where=("EventName", name) if name else None)
    rows = [
        (entry.body, json.dumps(entry.body, indent=2, ensure_ascii=False))
        for entry in itertools.islice(events, _ROWS)
    ]
    return render_template("events.html", rows=rows, name=name)


def _settings(issued: Token | None) -> str:
    """Show the page; a token just made is printed in it, this once."""
    tenant = current()
    return render_template(
        "settings.html",
        settings=tenant.settings,
        on=tokens.enabled(tenant),
        endpoint=tokens.endpoint(tenant),
        tokens=tokens.listed(tenant),
        now=tenant.now(),
        banner=notices.banner(tenant),
        notices=notices.sent(tenant),
        issued=issued,
    )


def _rows(template: str, rows: list[dict[str, Any]]) -> str:
    following = rows[_ROWS - 1]["id"] if len(rows) > _ROWS else None
    return render_template(template, rows=rows[:_ROWS], following=following)
