"""Flask without the parts that no service here uses: sessions, asynchronous views, routes by host.

Pages, sign-in and the APIs in REST-JSON are built on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter, Rule

from harness.base.store import StorageError
from harness.wire.message import MAX_BODY
from harness.wire.present import log_broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class _NoSessions(SessionInterface):
    """The session interface: every request has the same empty session, which cannot be written."""

    _session = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        del app, request
        return self._session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


class Route(Rule):
    """A rule that learns to write its address when it is first asked to.

    Werkzeug compiles two functions for each rule as it is bound: nine tenths of what an application takes to be built.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return Route._first_with_query if append_unknown else Route._first

    def _first(self, **values: Any) -> tuple[str, str]:
        self._build = super()._compile_builder(False).__get__(self, None)
        return self._build(**values)

    def _first_with_query(self, **values: Any) -> tuple[str, str]:
        self._build_unknown = super()._compile_builder(True).__get__(self, None)
        return self._build_unknown(**values)


def _out_of_reach(error: StorageError) -> tuple[str, int, dict[str, str]]:
    log_broken(request.environ, error)
    return f"{error}\n", 500, {"Content-Type": "text/plain; charset=utf-8"}


class Application(Flask):
    """A Flask application whose views are plain functions and whose routes hold for every host."""

    session_interface = _NoSessions()
    url_rule_class = Route

    def __init__(self, name: str, static_folder: str | None = "static") -> None:
        super().__init__(name, static_folder=static_folder)
        self.config["MAX_CONTENT_LENGTH"] = MAX_BODY
        # Graph's own pages print `…/synchronization/jobs/` beside `…/synchronization/jobs` (synchronizationjob-get).
        self.url_map.strict_slashes = False
        self.register_error_handler(StorageError, _out_of_reach)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Log what broke as all that answers without Flask does."""
        log_broken(request.environ, exc_info[1])

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name=request.host,  # what it redirects to, port and all
            script_name=environ["SCRIPT_NAME"],
            subdomain="",
            url_scheme=environ["wsgi.url_scheme"],
            path_info=environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
            default_method=environ["REQUEST_METHOD"],
            query_args=environ["QUERY_STRING"],
        )
