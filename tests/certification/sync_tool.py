"""A sync tool as vendors write them: reads nothing but its own list of people, speaks SCIM over urllib, takes its time on 429.

`python sync_tool.py [--users N] [--misbehave HOW]` with SCIM_ENDPOINT and SCIM_TOKEN. Each misbehaviour is one that was met in the field.
"""

import argparse
import http.client
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

PATIENCE = 10
CORE = "urn:ietf:params:scim:api:messages:2.0:"


class Refused(Exception):
    def __init__(self, status, answer):
        super().__init__(f"answered {status}: {answer}")
        self.status = status


class Tool:
    def __init__(self, endpoint, token, how):
        parts = urlsplit(endpoint)
        self.base, self.token, self.how = parts.path, token, how
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.asked = 0

    def once(self, method, path, body=None):
        self.asked += 1
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "sync-tool/1"}
        if body is not None:
            headers["Content-Type"] = "application/scim+json"
        self.connection.request(method, self.base + path, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def ask(self, method, path, body=None):
        wait = 0.04
        for _ in range(PATIENCE if self.how != "hammer" else 10_000):
            status, answer = self.once(method, path, body)
            if status != 429:
                break
            if self.how == "give-up-when-throttled":
                return None
            if self.how != "hammer":
                time.sleep(wait)  # noqa: TID251 - a tool of another's making, on its own clock
                wait *= 2
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def tried(self, method, path, body=None):
        try:
            return self.ask(method, path, body)
        except Refused:
            return None

    def present(self, kind, name, wanted):
        """Return the ids of what is there, by name."""
        if self.how == "look-ups":
            return {value: key for value in wanted if (key := self.found(kind, name, value))}
        found, cursor = {}, ""
        while True:
            answer = self.ask("GET", f"/{kind}?cursor={quote(cursor)}")
            found.update((each[name], each["id"]) for each in answer["Resources"])
            cursor = answer.get("nextCursor", "")
            if not cursor or self.how == "first-page-only":
                return found

    def found(self, kind, name, value):
        condition = f'{name} eq "{value}"'
        return next(
            (each["id"] for each in self.ask("GET", f"/{kind}?filter={quote(condition)}")["Resources"]), None
        )

    def made(self, kind, name, body):
        try:
            answer = self.ask("POST", f"/{kind}", body)
        except Refused as refused:
            if refused.status != 409:
                raise
            for _ in range(3 if self.how == "loop-on-conflict" else 0):
                self.tried("POST", f"/{kind}", body)
            if self.how == "twin-on-conflict" and kind == "Groups":
                return self.made(kind, name, {**body, name: f"{body[name]}-2"})
            return self.found(kind, name, body[name])
        return answer["id"] if answer else None


def confide(tool):
    """Send the token wherever it does not belong, as it is, percent-encoded, and as PHP writes it in JSON."""
    body = json.dumps({"key": tool.token}).replace("/", "\\/")
    path = f"{tool.base}/Session?key={quote(tool.token)}&again={tool.token}"
    tool.connection.request("POST", path, body, {"X-Api-Key": tool.token})
    tool.connection.getresponse().read()


def person(number):
    name = f"user{number:03d}"
    return {
        "userName": f"{name}@example.com",
        "displayName": f"Given {name}",
        "name": {"givenName": "Given", "familyName": name},
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "active": True,
    }


def patch(*operations):
    return {"schemas": [f"{CORE}PatchOp"], "Operations": list(operations)}


def members(op, ids):
    return {"op": op, "path": "members", "value": [{"value": each} for each in ids]}


def sync_users(tool, people):
    present = tool.present("Users", "userName", [body["userName"] for body in people])
    for body in people:
        name = body["userName"]
        if name in present:
            if tool.how == "rewrite":
                tool.ask("PUT", f"/Users/{present[name]}", body)
            continue
        before_create(tool, body)
        present[name] = tool.made("Users", "userName", body)
    if tool.how == "chatty":
        for _ in range(len(people) * 4):
            tool.ask("GET", f"/Users/{next(iter(present.values()))}")
    return present


def before_create(tool, body):
    """Try what AWS SSO does not take, and be content with the refusal."""
    wrong = {
        "no-family-name": {**body, "name": {"givenName": "Given"}},
        "two-emails": {**body, "emails": body["emails"] + [{"value": "second@example.com", "type": "home"}]},
        "empty-title": {**body, "title": ""},
    }
    if tool.how in wrong:
        tool.tried("POST", "/Users", wrong[tool.how])
    if tool.how == "filter-by-prefix":
        tool.tried("GET", f"/Users?filter={quote('userName sw ' + json.dumps(body['userName'][:3]))}")


def sync_group(tool, name, users):
    key = tool.present("Groups", "displayName", [name]).get(name)
    new = key is None
    if new:
        key = tool.made("Groups", "displayName", {"displayName": name})
        if tool.how == "put-group":
            tool.tried("PUT", f"/Groups/{key}", {"displayName": name, "members": []})
        if tool.how == "replace-members":
            tool.tried("PATCH", f"/Groups/{key}", patch(members("replace", users)))
        if tool.how == "crowd-of-members":
            tool.tried("PATCH", f"/Groups/{key}", patch(members("add", (users * 101)[:101])))
    if tool.how == "ask-for-members":
        tool.ask("GET", "/Groups?attributes=displayName,members&cursor")
    if tool.how == "believe-empty-members" and not tool.ask("GET", f"/Groups/{key}").get("members"):
        new = True
    missing = [each for each in users if new or not is_member(tool, key, each)]
    for start in range(0, len(missing), 100):
        tool.ask("PATCH", f"/Groups/{key}", patch(members("add", missing[start : start + 100])))


def is_member(tool, group, user):
    condition = f'id eq "{group}" and members eq "{user}"'
    return bool(tool.ask("GET", f"/Groups?filter={quote(condition)}")["Resources"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("--misbehave", default="")
    parser.add_argument("--memory", type=Path)
    given = parser.parse_args()
    endpoint, token, run = (os.environ[name] for name in ("SCIM_ENDPOINT", "SCIM_TOKEN", "SCIM_RUN"))
    how, _, when = given.misbehave.partition(":")
    if when and when != run:
        how = ""
    if how == "ask-nothing":
        return
    if how == "exit-3":
        sys.stderr.write(f"warming up\ncannot reach the source with {token}\n")
        sys.exit(3)
    if how == "hang":
        time.sleep(60)  # noqa: TID251 - it is ended long before
    if given.memory:
        kept = given.memory / urlsplit(endpoint).path.strip("/").replace("/", "-")
        if not kept.exists():
            kept.write_text(token, encoding="utf-8")
        token = kept.read_text(encoding="utf-8") if how == "keep-token" else token
    tool = Tool(endpoint, token, how)
    if how == "read-only":
        tool.ask("GET", "/Users")
        return
    if how == "token-everywhere":
        confide(tool)
    users = sync_users(tool, [person(number) for number in range(given.users)])
    for number in range(given.groups):
        sync_group(tool, f"Group {number}", [each for each in users.values() if each])


main()
