"""A small runtime for workflows of Azure Logic Apps: it carries out a folder of definitions as they stand, one action at a time.

Time is the caller's: waiting calls `wait`, nothing sleeps. Runs that the definitions ask Azure's management API about are the
runs made here.

Source: https://learn.microsoft.com/en-us/azure/logic-apps/logic-apps-workflow-actions-triggers and
…/logic-apps-control-flow-run-steps-group-scopes (the latter's first paragraphs read 2026-11-29, the rest as remembered;
Azure's own runtime is not public).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.wire.message import Request, Response, Send
from tests.azure_ad.logic_apps.actions import ACTIONS
from tests.azure_ad.logic_apps.functions import ExpressionError
from tests.azure_ad.logic_apps.language import evaluate
from tests.azure_ad.logic_apps.outcome import FAILED, SKIPPED, SUCCEEDED, TIMED_OUT, Outcome, TerminatedError

MANAGEMENT = "https://management.azure.com/"
_RUN = re.compile(
    r"/workflows/(?P<workflow>\w+)/runs/(?P<run>[\w-]+)(?:/actions/(?P<action>\w+))?(?:/(?P<content>content))?\?"
)


@dataclass
class World:
    """Where requests go, what time it is, how it passes, and the settings of the app."""

    send: Send
    clock: Clock
    wait: Callable[[timedelta], None]
    token: str
    settings: dict[str, str]
    ids: Ids = field(default_factory=lambda: Ids("logic app"))


class LogicApp:
    """All workflows of a folder; `parameters` are theirs by name."""

    def __init__(self, folder: Path, parameters: dict[str, Any], world: World) -> None:
        self.parameters, self.world = parameters, world
        self.definitions = {
            file.stem: json.loads(file.read_text(encoding="utf-8"))["definition"]
            for file in sorted(folder.glob("*_Workflow.json"))
        }
        self.runs: dict[str, Run] = {}

    def start(self, workflow: str, trigger: Any = None) -> Run:
        """Carry out a workflow to its end."""
        run = Run(self, workflow, trigger)
        self.runs[run.id] = run
        run.carry_out()
        return run

    def send(self, request: Request) -> Response:
        if request.url.startswith(MANAGEMENT):
            return self._managed(request.url)
        return self.world.send(request)

    def _managed(self, url: str) -> Response:
        """Answer as Azure's management API does about a run and about what one of its actions put out."""
        names = _RUN.search(url)
        run = self.runs.get(names["run"]) if names else None
        if names is None or run is None:
            return _answered({"error": {"code": "WorkflowRunNotFound"}}, 404)
        if not names["action"]:
            return _answered({"properties": {"status": run.status}})
        outcome = run.outcomes[names["action"]]
        if names["content"]:
            return _answered(outcome.outputs)
        link = {"uri": url.replace("?", "/content?")}
        return _answered({"properties": {"status": outcome.status, "outputsLink": link}})


def _answered(document: Any, status: int = 200) -> Response:
    return Response(status, (("Content-Type", "application/json"),), json.dumps(document).encode())


class Run:
    """One run of a workflow: what its actions came to, its variables, the items of the loops around."""

    def __init__(self, app: LogicApp, workflow: str, trigger: Any) -> None:
        self.app, self.workflow, self.trigger = app, workflow, trigger
        self.id = f"run{len(app.runs) + 1}"
        self.status = "Running"
        self.outcomes: dict[str, Outcome] = {}
        self.scopes: dict[str, list[str]] = {}
        self.variables: dict[str, Any] = {}
        self.items: list[tuple[str, Any]] = []
        self.answer: Any = None

    def carry_out(self) -> None:
        try:
            self.status = self.all(self.app.definitions[self.workflow]["actions"])
        except TerminatedError as end:
            self.status = str(end)

    # What expressions ask -------------------------------------------------------------------------------------------

    def call(self, name: str, arguments: list[Any]) -> Any:
        return getattr(self, f"_on_{name}")(*arguments)

    def _on_parameters(self, name: str) -> Any:
        return self.app.parameters[name]

    def _on_variables(self, name: str) -> Any:
        return self.variables[name]

    def _on_triggerBody(self) -> Any:
        return self.trigger

    def _on_outputs(self, name: str) -> Any:
        outcome = self.outcomes.get(name)
        return outcome.outputs if outcome else None

    def _on_body(self, name: str) -> Any:
        outputs = self._on_outputs(name)
        return outputs.get("body") if isinstance(outputs, dict) and "body" in outputs else outputs

    def _on_actions(self, name: str) -> Any:
        outcome = self.outcomes.get(name)
        return outcome.document() if outcome else None

    def _on_result(self, scope: str) -> list[Any]:
        return [
            self.outcomes[name].document() for name in self.scopes.get(scope, ()) if name in self.outcomes
        ]

    def _on_item(self) -> Any:
        return self.items[-1][1]

    def _on_items(self, loop: str) -> Any:
        return next(item for name, item in reversed(self.items) if name == loop)

    def _on_workflow(self) -> Any:
        return {
            "id": f"/workflows/{self.workflow}",
            "name": self.workflow,
            "run": {"name": self.id, "id": self.id},
        }

    def _on_appsetting(self, name: str) -> str:
        return self.app.world.settings[name]

    def _on_utcNow(self) -> str:
        return self.app.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")

    def _on_guid(self) -> str:
        return self.app.world.ids.uuid()

    def _on_rand(self, least: int, below: int) -> int:
        return least + self.app.world.ids.number(below - least)

    # Actions --------------------------------------------------------------------------------------------------------

    def all(self, actions: dict[str, Any]) -> str:
        """Carry out actions in the order that they wait for each other in; return what they come to together."""
        left = dict(actions)
        for name in actions:
            self.outcomes.pop(name, None)
        while left:
            ready = [
                name for name, action in left.items() if not set(action.get("runAfter") or {}) & set(left)
            ]
            if not ready:
                raise ValueError(f"these actions wait for each other: {sorted(left)}")
            for name in ready:
                self._one(name, left.pop(name))
        return self._together(actions)

    def _together(self, actions: dict[str, Any]) -> str:
        """Return Failed if the last that ran of any branch failed."""
        followed = {before for action in actions.values() for before in action.get("runAfter") or {}}

        def failed(name: str) -> bool:
            status = self.outcomes[name].status
            if status == SKIPPED:
                return any(failed(before) for before in actions[name].get("runAfter") or {})
            return status in (FAILED, TIMED_OUT)

        return FAILED if any(failed(name) for name in actions if name not in followed) else SUCCEEDED

    def _one(self, name: str, action: dict[str, Any]) -> None:
        wanted = action.get("runAfter") or {}
        if any(self.outcomes[before].status not in statuses for before, statuses in wanted.items()):
            self.skip(name, action)
            return
        outcome = Outcome(name, SUCCEEDED)
        self.outcomes[name] = outcome
        try:
            ACTIONS[action["type"]](self, outcome, action)
        except (ExpressionError, KeyError, TypeError, ValueError, StopIteration) as error:
            outcome.status, outcome.error = FAILED, f"{type(error).__name__}: {error}"

    def skip(self, name: str, action: dict[str, Any]) -> None:
        self.outcomes[name] = Outcome(name, SKIPPED)
        for branch in (action.get("actions"), (action.get("else") or {}).get("actions")):
            for inner, inside in (branch or {}).items():
                self.skip(inner, inside)

    def value(self, template: Any) -> Any:
        return evaluate(template, self)

    def failures(self) -> dict[str, str]:
        return {name: outcome.error for name, outcome in self.outcomes.items() if outcome.status == FAILED}
