"""A sync tool as vendors write them: reads nothing but its own list of people, speaks SCIM over urllib, takes its time on 429.

`python sync_tool.py [--users N] [--misbehave HOW,HOW…]` with SCIM_ENDPOINT and SCIM_TOKEN. Each misbehaviour is one that was
met in the field; a request that is made for nothing else names it as its User-Agent.
"""

import argparse
import http.client
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

PATIENCE = 10
FIRST_WAIT, LAST_WAIT = 0.03, 0.2  # seconds, doubled each time
CORE = "urn:ietf:params:scim:api:messages:2.0:"


class Refused(Exception):
    def __init__(self, status, answer):
        super().__init__(f"answered {status}: {answer}")
        self.status = status


class Tool:
    def __init__(self, endpoint, token, how):
        parts = urlsplit(endpoint)
        self.base, self.token, self.how = parts.path, token, how
        self.retry_after = 0.0
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)

    def does(self, how):
        return how in self.how

    def key(self, name):
        return name if self.does("match-by-case") else name.lower()

    def once(self, method, path, body, agent):
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": agent}
        if body is not None:
            headers["Content-Type"] = "application/scim+json"
        self.connection.request(method, self.base + path, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.retry_after = float(answer.headers.get("Retry-After") or 0)
        return answer.status, json.loads(text) if text else None

    def ask(self, method, path, body=None, agent="sync-tool/1"):
        wait = FIRST_WAIT
        for _ in range(PATIENCE if not self.does("hammer") else 10_000):
            try:
                status, answer = self.once(method, path, body, agent)
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if self.does("empty-when-cut"):
                    return {"Resources": [], "id": None}
                if self.does("exit-when-cut"):
                    sys.exit(3)
                continue
            if status == 503 and self.does("empty-when-unavailable") and method == "GET":
                return {"Resources": []}
            if status not in (429, 503):
                break
            if self.does("exit-when-throttled"):
                sys.exit(4)
            if self.does("empty-when-throttled") and method == "GET":
                return {"Resources": []}
            if self.does("give-up-when-throttled") and method != "GET":
                return None
            if not self.does("hammer"):
                said = 0 if self.does("ignore-retry-after") else self.retry_after
                time.sleep(max(wait, said))  # noqa: TID251 - a tool of another's making, on its own clock
                wait = min(2 * wait, LAST_WAIT)
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def misbehave(self, how, method, path, body=None):
        """Ask what AWS SSO does not take, if that is how it misbehaves, and be content with the refusal."""
        if self.does(how):
            with suppress(Refused):
                self.ask(method, path, body, agent=how)

    def present(self, kind, name, wanted):
        """Return the ids of what is there, by name."""
        if self.does("look-ups"):
            return {value: key for value in wanted if (key := self.found(kind, name, value))}
        found, cursor = {}, ""
        while True:
            answer = self.ask("GET", f"/{kind}?cursor={quote(cursor)}")
            if self.does("keep-last-page"):
                found = {}
            found.update((each[name], each["id"]) for each in answer["Resources"])
            cursor = answer.get("nextCursor", "")
            if not cursor or self.does("first-page-only"):
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
            for _ in range(3):
                self.misbehave("loop-on-conflict", "POST", f"/{kind}", body)
            if self.does("twin-of-users") and kind == "Users":
                address = {"value": f"2-{body[name]}", "type": "work", "primary": True}
                return self.made(kind, name, {**body, name: address["value"], "emails": [address]})
            if self.does("twin-on-conflict") and kind == "Groups":
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
        if name in present and tool.does("recreate"):
            tool.ask("DELETE", f"/Users/{present.pop(name)}")
        if name in present:
            if tool.does("rewrite"):
                tool.ask("PUT", f"/Users/{present[name]}", body)
            if tool.does("repatch"):
                set_active(tool, present[name], active=True)
            continue
        if body is people[0]:
            before_create(tool, body)
        present[name] = tool.made("Users", "userName", body)
    if tool.does("chatty"):
        for _ in range(len(people) * 4):
            tool.ask("GET", f"/Users/{next(iter(present.values()))}")
    return present


def before_create(tool, body):
    second = {"value": "second@example.com", "type": "home"}
    tool.misbehave("no-family-name", "POST", "/Users", {**body, "name": {"givenName": "Given"}})
    tool.misbehave("two-emails", "POST", "/Users", {**body, "emails": body["emails"] + [second]})
    tool.misbehave("empty-title", "POST", "/Users", {**body, "title": ""})
    no_name = {key: value for key, value in body.items() if key != "displayName"}
    tool.misbehave("no-display-name", "POST", "/Users", no_name)
    phones = [{"value": "+1 555 0100", "type": "work"}, {"value": "+1 555 0101", "type": "mobile"}]
    tool.misbehave("two-phones", "POST", "/Users", {**body, "phoneNumbers": phones})
    either = f'userName eq "{body["userName"]}" or userName eq "nobody"'
    tool.misbehave("filter-by-either", "GET", f"/Users?filter={quote(either)}")
    tool.misbehave("bulk", "POST", "/Bulk", {"Operations": []})
    tool.misbehave("search", "POST", "/Users/.search", {"filter": either})
    tool.misbehave("me", "GET", "/Me")
    tool.misbehave("text-for-active", "POST", "/Users", {**body, "active": "yes"})
    condition = f'userName sw "{body["userName"][:3]}"'
    tool.misbehave("filter-by-prefix", "GET", f"/Users?filter={quote(condition)}")


def sync_group(tool, name, users):
    key = tool.present("Groups", "displayName", [name]).get(name)
    new = key is None
    if new:
        crowd = [{"value": each} for each in (users * 101)[:101]]
        tool.misbehave("crowd-at-birth", "POST", "/Groups", {"displayName": "Crowd", "members": crowd})
        key = tool.made("Groups", "displayName", {"displayName": name})
        path = f"/Groups/{key}"
        tool.misbehave("unknown-path", "PATCH", path, patch({"op": "add", "path": "colour", "value": "red"}))
        tool.misbehave("name-for-id", "PATCH", path, patch(members("add", ["user000@example.com"])))
        tool.misbehave("put-group", "PUT", path, {"displayName": name, "members": []})
        tool.misbehave("replace-members", "PATCH", path, patch(members("replace", users)))
        tool.misbehave("crowd-of-members", "PATCH", path, patch(members("add", (users * 101)[:101])))
    tool.misbehave("ask-for-members", "GET", "/Groups?attributes=displayName,members&cursor")
    if tool.does("believe-empty-members") and not tool.ask("GET", f"/Groups/{key}").get("members"):
        new = True
    missing = [each for each in users if new or not is_member(tool, key, each)]
    for start in range(0, len(missing), 100):
        tool.ask("PATCH", f"/Groups/{key}", patch(members("add", missing[start : start + 100])))


def is_member(tool, group, user):
    condition = f'id eq "{group}" and members eq "{user}"'
    return bool(tool.ask("GET", f"/Groups?filter={quote(condition)}")["Resources"])


def spoil(tool):
    """Take away who is there, as a tool does that misreads its state."""
    if tool.does("delete-everybody") or tool.does("disable-everybody"):
        for key in everything(tool, "Users"):
            if tool.does("delete-everybody"):
                tool.ask("DELETE", f"/Users/{key}")
            else:
                set_active(tool, key, active=False)
    if tool.does("delete-groups"):
        for key in everything(tool, "Groups"):
            tool.ask("DELETE", f"/Groups/{key}")
    if tool.does("empty-groups"):
        for group in everything(tool, "Groups"):
            for user in everything(tool, "Users"):
                tool.ask("PATCH", f"/Groups/{group}", patch(members("remove", [user])))


def everything(tool, kind):
    """Return what is there, by id."""
    there, cursor = {}, ""
    while True:
        answer = tool.ask("GET", f"/{kind}?cursor={quote(cursor)}")
        there.update((each["id"], each) for each in answer["Resources"])
        cursor = answer.get("nextCursor", "")
        if not cursor or tool.does("first-page-only"):
            return there


def set_active(tool, key, *, active):
    tool.ask("PATCH", f"/Users/{key}", patch({"op": "replace", "path": "active", "value": active}))


def read_graph(tool, address, token):
    """Return users and groups of Microsoft Graph; what cannot be read whole ends the run, as it should, unless the tool makes do."""
    groups = []
    users = pages(
        tool, f"{address}/users?$select=userPrincipalName,givenName,surname,displayName,accountEnabled", token
    )
    for group in pages(tool, f"{address}/groups?$select=id,displayName", token):
        members = pages(tool, f"{address}/groups/{group['id']}/members?$select=userPrincipalName", token)
        groups.append(
            {
                "displayName": group["displayName"],
                "members": [each["userPrincipalName"] for each in members],
            }
        )
    people = [
        {
            "userName": each["userPrincipalName"],
            "givenName": each["givenName"],
            "familyName": each["surname"],
            "displayName": each["displayName"],
            "email": each["userPrincipalName"],
            "active": each["accountEnabled"],
        }
        for each in users
    ]
    if not people and not tool.does("trust-empty"):
        sys.exit("the source is empty")
    return people, groups


def pages(tool, url, token):
    found = []
    while url:
        try:
            with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:
                page = json.load(answer)
        except (http.client.HTTPException, OSError, ValueError):
            if tool.does("half-when-broken"):
                return found
            sys.exit("the source cannot be read")
        found += page["value"]
        url = "" if tool.does("first-page-of-source") else page.get("@odata.nextLink")
    return found


def read_source(tool, path):
    """Return users and groups; a file that is no JSON ends the run, as it should, unless the tool makes do with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not tool.does("empty-when-gone"):
            sys.exit("there is no source")
        return [], []
    try:
        document = json.loads(text)
    except ValueError:
        if tool.does("half-when-broken"):
            whole = text[text.index("[") + 1 : text.rindex("},") + 1]
            document = {"users": json.loads(f"[{whole}]"), "groups": []}
        elif tool.does("empty-when-broken"):
            document = {"users": [], "groups": []}
        else:
            sys.exit("the source is no JSON")
    if not document["users"] and not tool.does("trust-empty") and not tool.does("empty-when-broken"):
        sys.exit("the source is empty")
    return document["users"], document["groups"]


def sync_source(tool, source):
    """Bring AWS SSO to what the source says: create, rename, disable, delete; join and leave."""
    if source.startswith("http"):
        people, groups = read_graph(tool, source, os.environ["SCIM_SOURCE_TOKEN"])
    else:
        people, groups = read_source(tool, Path(source))
    there = {tool.key(each["userName"]): each for each in everything(tool, "Users").values()}
    if there and tool.does("once-for-all"):
        return
    ids = {}
    for each in people:
        name = tool.key(each["userName"])
        key = sync_person(tool, each, there.get(name), first=not there)
        if key:
            ids[name] = key
    for name in set(there) - {tool.key(each["userName"]) for each in people}:
        take_away(tool, there[name]["id"])
    if tool.does("delete-one-too-many") and len(there) > 1:
        tool.ask("DELETE", f"/Users/{ids.pop(tool.key(people[-2]['userName']))}")
    for group in groups:
        sync_members(tool, group, ids)
    names = {group["displayName"] for group in groups}
    for key, group in everything(tool, "Groups").items():
        if group["displayName"] not in names and not tool.does("keep-groups"):
            tool.ask("DELETE", f"/Groups/{key}")
    spoil(tool)


def sync_person(tool, each, user, *, first):
    """Create or change somebody; return the id of who is there now, None for nobody."""
    if user is None:
        if not (each["active"] or tool.does("no-enable")) or (tool.does("no-create") and not first):
            return None
        address = f"old-{each['email']}" if tool.does("old-address") else each["email"]
        written = {**each, "email": address}
        if tool.does("plain-letters"):
            written["givenName"] = each["givenName"].encode("ascii", "replace").decode()
        user = {**each, "id": tool.made("Users", "userName", body_of(written))}
    elif user["displayName"] != each["displayName"] and not tool.does("no-rename"):
        user = renamed(tool, user, each)
    if tool.does("delete-disabled") and not each["active"]:
        tool.ask("DELETE", f"/Users/{user['id']}")
        return None
    ignored = "no-enable" if each["active"] else "no-disable"
    if user["active"] != each["active"] and not tool.does(ignored):
        set_active(tool, user["id"], active=each["active"])
    return user["id"]


def take_away(tool, key):
    if tool.does("disable-the-gone"):  # as many do, and may
        set_active(tool, key, active=False)
    elif not tool.does("no-delete"):
        tool.ask("DELETE", f"/Users/{key}")


def renamed(tool, user, each):
    """Rename somebody; return who it is now."""
    if tool.does("rename-anew"):
        tool.ask("DELETE", f"/Users/{user['id']}")
        return {**user, "id": tool.made("Users", "userName", body_of(each))}
    if tool.does("rename-by-half"):
        path = f"/Users/{user['id']}"
        tool.ask("PATCH", path, patch({"op": "replace", "path": "displayName", "value": each["displayName"]}))
    else:
        body = body_of(each)
        if tool.does("lose-address"):
            del body["emails"]
        tool.ask("PUT", f"/Users/{user['id']}", body)
    return user


def sync_members(tool, group, ids):
    key = tool.found("Groups", "displayName", group["displayName"])
    new = key is None
    if new:
        key = tool.made("Groups", "displayName", {"displayName": group["displayName"]})
    if not new and tool.does("regroup"):
        tool.ask("DELETE", f"/Groups/{key}")
        key = tool.made("Groups", "displayName", {"displayName": group["displayName"]})
        new = True
    most = 100 if tool.does("first-hundred") else len(group["members"])
    names = {tool.key(name) for name in sorted(group["members"])[:most]}
    wanted = {ids[name] for name in names if name in ids}
    there = set() if new else {each for each in ids.values() if is_member(tool, key, each)}
    joining, leaving = sorted(wanted - there), sorted(there - wanted)
    if new or not tool.does("no-join"):
        for start in range(0, len(joining), 100):
            tool.ask("PATCH", f"/Groups/{key}", patch(members("add", joining[start : start + 100])))
    if leaving and not tool.does("no-leave"):
        tool.ask("PATCH", f"/Groups/{key}", patch(members("remove", leaving)))


def body_of(each):
    return {
        "userName": each["userName"],
        "displayName": each["displayName"],
        "name": {"givenName": each["givenName"], "familyName": each["familyName"]},
        "emails": [{"value": each["email"], "type": "work", "primary": True}],
        "active": each["active"],
    }


def say(how, endpoint, token):
    """Print the token, where that is how the tool misbehaves."""
    if "complain-of-token" in how:
        sys.stderr.write(f"using {token}\n")
    if "print-token" in how:
        sys.stdout.write(f"using {token}\n")
    if "print-address" in how:
        sys.stdout.write(f"GET {endpoint}?key={quote(token, safe='')}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("--misbehave", default="")
    parser.add_argument("--memory", type=Path)
    given = parser.parse_args()
    endpoint, token, run = (os.environ[name] for name in ("SCIM_ENDPOINT", "SCIM_TOKEN", "SCIM_RUN"))
    misbehaviours = (each.partition(":") for each in given.misbehave.split(","))
    how = {each for each, _, when in misbehaviours if when in ("", run)}
    if "ask-nothing" in how:
        return
    if "exit-3" in how:
        sys.stderr.write(f"warming up\ncannot reach the source with {token}\n")
        sys.exit(3)
    if "hang" in how:
        time.sleep(60)  # noqa: TID251 - it is ended long before
    if given.memory:
        kept = given.memory / urlsplit(endpoint).path.strip("/").replace("/", "-")
        if not kept.exists():
            kept.write_text(token, encoding="utf-8")
        token = kept.read_text(encoding="utf-8") if "keep-token" in how else token
    tool = Tool(endpoint, token, how)
    if "read-only" in how:
        tool.ask("GET", "/Users")
        return
    if "token-everywhere" in how:
        confide(tool)
    say(how, endpoint, token)
    if "SCIM_SOURCE" in os.environ:
        try:
            sync_source(tool, os.environ["SCIM_SOURCE"])
        except SystemExit:
            if not tool.does("hide-trouble"):
                raise
        return
    users = sync_users(tool, [person(number) for number in range(given.users)])
    for number in range(given.groups):
        sync_group(tool, f"Group {number}", [each for each in users.values() if each])
    spoil(tool)
    if "exit-3-at-last" in how:
        sys.exit(3)


main()
