"""A served world in which something of everything has happened, so that each page has what it can show."""

from __future__ import annotations

from datetime import timedelta

import urllib3

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import assignments, permission_sets
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.user_portal import addresses, grants, sessions
from harness.serving.options import Options
from harness.serving.served import Served

ACCOUNT = "123456789012"
PERSON = {"givenName": "Ana", "surname": "Ruiz"}
TWO_PHONES = {"mobilePhone": "+1 425 555 0100", "businessPhones": ["+1 425 555 0101"]}
LONG = "engineering-platform-and-developer-experience-western-europe"
PEOPLE = {
    "azure_ad": {
        "users": [
            {"userPrincipalName": "ana@contoso.com", "displayName": "Ana Ruiz", **PERSON, "mobilePhone": "+1 425 555 0100"},
            {"userPrincipalName": "twin@contoso.com", "displayName": "Ana Twin", **PERSON, **TWO_PHONES},
            {"userPrincipalName": "gone@contoso.com", "displayName": "Ana Gone", **PERSON},
            {"userPrincipalName": f"{LONG}@contoso.com", "displayName": LONG, **PERSON},
        ],
        "groups": [{"displayName": "Office", "members": ["ana@contoso.com", "twin@contoso.com"]}],
    }
}  # fmt: skip

CLAUSE = {"operatorName": "IS NOT NULL", "sourceOperandName": "displayName", "targetOperand": None}
SCOPE = {
    "groups": [{"name": "People with names", "clauses": [CLAUSE]}],
    "inputFilterGroups": [],
    "categoryFilterGroups": [],
}


def served_world() -> Served:
    """Serve a world whose job ran twice, in which one user failed, one was deleted, and ana was given an account."""
    world = Served(Options(seed="pages", quirks={"assignment-seconds": 0}))
    world.populate(PEOPLE)
    azure, engine = world.world.azure, world.world.azure.engine
    secrets = azure.applications.secrets(world.world.app_id)
    engine.save_secrets(world.world.app_id, {**secrets, "SyncAll": "true"})
    (job,) = engine.jobs(world.world.app_id)
    schema = engine.schema(job.id)
    schema["synchronizationRules"][0]["objectMappings"][0]["scope"] = SCOPE
    engine.save_schema(job.id, schema)
    engine.start(job.id)
    world.advance(timedelta(minutes=1))
    azure.directory.delete("User", "gone@contoso.com")
    azure.applications.assign(world.world.app_id, azure.directory.find("User", "ana@contoso.com")["id"])
    world.advance(timedelta(minutes=40))
    give(world, "Administrators")
    names = {
        "servicePrincipalNames": [addresses.issuer(world.world.aws)],
        "replyUrls": [addresses.consumer(world.world.aws)],
    }
    azure.applications.update(world.world.app_id, names)
    return world


def give(world: Served, role: str) -> None:
    aws = world.world.aws
    with aws.store.transaction():
        held = permission_sets.create(aws, role, ())
        assignments.create(aws, aws.ids.uuid(), Target(ACCOUNT, held.arn, "USER", user_id(world)), held)


def user_id(world: Served) -> str:
    """Return ana's id in AWS SSO."""
    key = identity_store.find(world.world.aws, "user.userName", "ana@contoso.com")
    assert key
    return key


def cookie(world: Served) -> dict[str, str]:
    """Return the cookie of a browser in which ana is signed in to the user portal."""
    with world.world.aws.store.transaction():
        secret, _ = sessions.begin(world.world.aws, user_id(world))
    return {"name": "x-amz-sso_authn", "value": secret, "url": world.urls[0]}


def code(world: Served) -> str:
    """Return what a device shows that waits to be let in."""
    aws = world.world.aws
    with aws.store.transaction():
        client, _ = grants.register(aws, "a-terminal", (), (), ())
        return grants.ask(aws, client)[1].user_code


def invitation(world: Served) -> str:
    """Invite a guest over Graph, and return where the guest accepts."""
    answer = urllib3.request(
        "POST",
        f"{world.urls[1]}/v1.0/invitations",
        json={"invitedUserEmailAddress": "leo@fabrikam.com", "inviteRedirectUrl": world.urls[0]},
        headers={"Authorization": f"Bearer {world.world.azure.settings.graph_token}"},
    )
    return str(answer.json()["inviteRedeemUrl"])
