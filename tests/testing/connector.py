"""A connector of twenty lines, as the recipes have one: from Microsoft Graph to AWS SSO's SCIM endpoint, over plain HTTP."""

from typing import Any

import urllib3

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def connector(graph: str, graph_token: str, scim: str, scim_token: str) -> None:
    """Bring every group of the directory and its members; who is there already is left as they are."""
    http = urllib3.PoolManager()

    def ask(url: str, token: str, method: str = "GET", body: Any = None) -> Any:
        answer = http.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def there(kind: str, name: str, resource: dict[str, Any]) -> str:
        """Return the id of a resource in AWS, which is made where it is not there."""
        wanted = ask(f'{scim}/{kind}?filter={name} eq "{resource[name]}"', scim_token)["Resources"]
        return str((wanted[0] if wanted else ask(f"{scim}/{kind}", scim_token, "POST", resource))["id"])

    for group in ask(f"{graph}/groups", graph_token)["value"]:
        office = there(
            "Groups", "displayName", {"displayName": group["displayName"], "externalId": group["id"]}
        )
        for user in ask(f"{graph}/groups/{group['id']}/members", graph_token)["value"]:
            name = {
                "givenName": user["givenName"],
                "familyName": user["surname"],
                "formatted": f"{user['givenName']} {user['surname']}",
            }
            person = {"userName": user["userPrincipalName"], "displayName": user["displayName"], "name": name}
            key = there("Users", "userName", {**person, "externalId": user["id"], "active": True})
            add = {"op": "add", "path": "members", "value": [{"value": key}]}
            ask(f"{scim}/Groups/{office}", scim_token, "PATCH", {"schemas": [PATCH], "Operations": [add]})
    http.clear()
