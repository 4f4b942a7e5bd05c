"""Beyond loopback nobody gets anything without the key, a token or a secret; on loopback nobody is asked."""

import base64
import hashlib
import re

import pytest

from harness.serving.front.gate import EXEMPT, Gate
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, json_request
from tests.serving.test_serve import harness

KEY = "k" * 32
OPEN = (
    "/", "/portal/", "/console/", "/console/api/users", "/start", "/_harness/clock", "/_harness/health", "/nowhere", "//v1.0/users",
    "/tenant/oauth2/v2.0/authorize", "/%2e/portal/",
)  # fmt: skip
AWS_SSO, AZURE_AD = 0, 1
GUARDED_OTHERWISE = (
    (AZURE_AD, "/v1.0/users"), (AZURE_AD, "/beta/users"), (AWS_SSO, "/tenant/scim/v2/Users"),
    (AZURE_AD, "/tenant/oauth2/v2.0/token"), (AZURE_AD, "/tenant/discovery/v2.0/keys"),
)  # fmt: skip
BROWSER = ("Accept", "text/html,*/*")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def page(environ, start_response):
    """An application with one page and no manners."""
    del environ
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"people"]


def gate(key=KEY, side=AZURE_AD, **options):
    return inprocess(Gate(page, key, EXEMPT[side], **options))


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize(
    "headers", [(), (BROWSER,), (("X-Harness-Key", "wrong"),), (("Cookie", f"harness_key={KEY}"),)]
)
def test_a_stranger_gets_nothing(path, headers):
    """No page, no API, no clock: not with a wrong key, and not with the key as cookie, which it is not."""
    answer = gate()(Request("GET", f"http://10.0.0.7:8081{path}", headers))
    assert answer.status == 401
    assert b"people" not in answer.body


@pytest.mark.parametrize(("side", "path"), GUARDED_OTHERWISE)
def test_what_has_a_guard_of_its_own_is_let_through(side, path):
    """SCIM, Graph and the token endpoint ask for tokens and secrets themselves; where they are not, the key is asked for."""
    request = Request("GET", f"http://10.0.0.7:8081{path}")
    assert gate(side=side)(request).status == 200
    assert gate(side=1 - side)(request).status == 401


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ("grant_type=password&username=ana&password=x", (), 400),
        ("grant_type=password&username=ana", (), 400),
        ("username=ana&grant_type=client_credentials&grant_type=password", (), 400),
        (f"grant_type=password&username=ana&password={KEY}", (), 200),
        ("grant_type=password&username=ana&password=x", (("X-Harness-Key", KEY),), 200),
        ("grant_type=client_credentials&client_secret=x", (), 200),
    ],
)
def test_a_person_has_the_key_for_a_password(form, headers, status):
    """Passwords are not kept, so any would do; a client secret is looked at behind the gate, which leaves the form there."""

    def form_again(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read()]

    def ask(key):
        token = "http://127.0.0.1:8081/tenant/oauth2/v2.0/token"
        return inprocess(Gate(form_again, key, EXEMPT[AZURE_AD]))(
            Request("POST", token, (FORM, *headers), form.encode())
        )

    answer = ask(KEY)
    assert answer.status == status
    assert answer.body == form.encode() if status == 200 else answer.json()["error"] == "invalid_grant"
    assert ask(None).status == 200, "on loopback nobody is asked"


def test_parts_of_a_form_are_a_form():
    """A password that comes as multipart/form-data is one, too, and no endpoint takes it for another."""
    body = b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\npassword\r\n--b--\r\n'
    parts = ("Content-Type", "multipart/form-data; boundary=b")
    answer = gate()(Request("POST", "http://10.0.0.7/tenant/oauth2/v2.0/token", (parts,), body))
    assert answer.status == 400


@pytest.mark.parametrize("path", ["/_harness/key", "/tenant/oauth2/v2.0/token"])
def test_a_form_beyond_all_measure_is_refused(path):
    """413 for a stranger's heap of parts: it is no internal error, and nothing behind the gate hears of it."""
    body = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n' * 1_500 + b"--b--\r\n"
    parts = ("Content-Type", "multipart/form-data; boundary=b")
    answer = gate()(Request("POST", f"http://10.0.0.7{path}", (parts,), body))
    assert (answer.status, answer.json()["error"]) == (413, "invalid_request")


def test_a_key_typed_once_opens_the_pages():
    """The form gives a cookie in which the key cannot be read, and the cookie opens."""
    send, url = gate(), "http://10.0.0.7:8081"
    form = send(Request("GET", f"{url}/portal/", (BROWSER,)))
    assert (form.status, b"/_harness/key" in form.body) == (401, True)
    wrong = send(Request("POST", f"{url}/_harness/key", (FORM,), b"key=wrong"))
    assert (wrong.status, b"another key" in wrong.body, b"another key" in form.body) == (401, True, False)
    entered = send(Request("POST", f"{url}/_harness/key", (FORM,), f"key={KEY}".encode()))
    cookie = entered.header("Set-Cookie")
    assert (entered.status, KEY in cookie, "HttpOnly" in cookie, "Secure" in cookie) == (
        303,
        False,
        True,
        False,
    )
    over_tls = send(Request("POST", "https://10.0.0.7/_harness/key", (FORM,), f"key={KEY}".encode()))
    assert "Secure" in over_tls.header("Set-Cookie")
    assert send(Request("GET", f"{url}/", (("Cookie", cookie.partition(";")[0]),))).body == b"people"
    assert send(Request("GET", f"{url}/", (("X-Harness-Key", KEY),))).body == b"people"


@pytest.mark.parametrize(
    ("signed", "status"), [(True, 200), (False, 401)], ids=["a key pair is set", "any key pair does"]
)
def test_aws_calls_need_the_key_unless_their_signature_is_looked_at(signed, status):
    """Without a key pair at the start any signature would do, so the key is asked for."""
    call = json_request(
        "POST", "http://10.0.0.7/", {}, headers=(("X-Amz-Target", "AWSIdentityStore.ListUsers"),)
    )
    answer = gate(signed=signed)(call)
    assert (answer.status, b"--aws-access-key-id" in answer.body) == (status, not signed)


@pytest.mark.parametrize(
    ("key", "host", "status"),
    [
        (None, "localhost", 200), (None, "127.0.0.1", 200), (None, "[::1]", 200),
        (None, "localhost.", 200), (None, "LOCALHOST:8080", 200), (None, "127.0.0.1:8080", 200), (None, "[::1]:8080", 200),
        (None, "", 403), (None, "localhost.example", 403), (None, "127.0.0.1.example", 403), (None, "10.0.0.7", 403), (None, "rebound.example", 403),
        (KEY, "10.0.0.7", 200), (KEY, "harness.example", 200), (KEY, "HARNESS.example", 200), (KEY, "harness.example.:8080", 200),
        (KEY, "[2001:db8::7]:80", 200), (KEY, "sub.harness.example", 403), (KEY, "rebound.example", 403),
        (KEY, "harness.example.evil.example", 403), (KEY, "[::1", 403),
    ],
)  # fmt: skip
def test_only_names_that_are_ours_are_answered(key, host, status):
    """A name that somebody else has bound to this address is refused, key or no key."""
    request = Request("GET", "http://127.0.0.1/", (("Host", host), ("X-Harness-Key", KEY)))
    assert gate(key, names=frozenset({"harness.example"}))(request).status == status


@pytest.mark.parametrize("key", [None, KEY])
def test_no_page_is_framed_or_taken_for_another_type(key):
    """Also on loopback, and also the form: no script, no frame, no guessing."""
    answer = gate(key)(Request("GET", "http://127.0.0.1/", (BROWSER,)))
    policy = answer.header("Content-Security-Policy")
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(
        policy.split("; ")
    )


@pytest.mark.slow
def test_every_surface_of_a_server_for_all_machines_asks_for_the_key(serve):
    """Refused without --allow-remote; with it strangers are asked on both apps, and the engine reaches its own target."""
    refused = harness("serve", "--host", "0.0.0.0", "--aws-port", "0", "--azure-port", "0")
    assert (refused.returncode, "--allow-remote" in refused.stderr) == (2, True)
    world = serve("--host", "0.0.0.0", "--allow-remote")
    assert "0.0.0.0" not in str(world.ready), "other machines cannot ask that address"
    urls = [world.ready[side]["url"] for side in ("azure_ad", "aws_sso")]
    for path in ("/", "/portal/", "/console/api/users", "/_harness/clock"):
        assert {world.network(Request("GET", url + path)).status for url in urls} == {401}, path
    assert world.graph("GET", "/users").status == world.scim("GET", "/Users").status == 200
    (line,) = [line for line in world.said if line.startswith("key")]
    key = ("X-Harness-Key", line.rpartition(" ")[2].strip())
    assert key[1] == world.ready["control"]["key"]
    for url in urls:
        shown = world.network(Request("GET", f"{url}/", (key,)))
        assert (shown.status, shown.header("X-Content-Type-Options")) == (200, "nosniff")
        assert "frame-ancestors 'none'" in shown.header("Content-Security-Policy")
    validated = world.graph("POST", world.job("/validateCredentials"), {"useSavedCredentials": True})
    assert validated.status == 204, validated.body


@pytest.mark.slow
def test_addresses_are_told_with_the_name_that_was_allowed(serve):
    """The name need not resolve here, for the engine's own requests take the short way."""
    alone = harness("serve", "--allowed-host", "harness.example", "--aws-port", "0", "--azure-port", "0")
    assert (alone.returncode, "--allow-remote" in alone.stderr) == (2, True)
    world = serve("--allow-remote", "--allowed-host", "harness.example")
    azure, aws = world.ready["azure_ad"], world.ready["aws_sso"]
    assert "//harness.example:" in azure["graph_endpoint"]
    assert "//harness.example:" in aws["scim_endpoint"]
    near = azure["url"].replace("harness.example", "127.0.0.1")
    job = world.job("/validateCredentials")
    answer = world.network(
        json_request("POST", f"{near}/v1.0{job}", {"useSavedCredentials": True}, bearer=azure["graph_token"])
    )
    assert answer.status == 204, answer.body
    by_name = (("Host", azure["url"].partition("//")[2]), ("X-Harness-Key", world.ready["control"]["key"]))
    assert world.network(Request("GET", f"{near}/", by_name)).status == 200


def test_the_sign_on_page_runs_its_own_script_alone():
    """The policy names the script by its hash."""
    from harness.azure_ad.sign_in import single_sign_on
    from harness.world import apps

    template = apps()[1].pages.jinja_env.get_template("sign_on.html")
    (script,) = re.findall("<script>(.*?)</script>", template.render(script=single_sign_on._SCRIPT))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in single_sign_on._POLICY
