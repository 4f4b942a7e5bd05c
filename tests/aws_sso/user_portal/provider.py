"""An identity provider of the tests' own: its key, its metadata, its responses, and bringing one to AWS SSO."""

import base64
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from harness.wire.message import Request

_NUMBERS = count(1)
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
ISSUER = "https://idp.example.com/"
UNEXPECTED = "An unexpected error has occurred"
NOT_YOU = "It's not you, it's us"
NAME = "bjensen@example.com"

RESPONSE = """<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{destination}" ID="_r" Version="2.0"{answers}>
<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></p:Status>
<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion}" Version="2.0" IssueInstant="{begins}">
<Issuer>{issuer}</Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>
<Subject><NameID Format="{format}">{name_id}</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{method}">
<SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{recipient}"{answers}/></SubjectConfirmation></Subject>
<Conditions NotBefore="{begins}" NotOnOrAfter="{ends}">
<AudienceRestriction><Audience>{audience}</Audience></AudienceRestriction></Conditions>
{more}</Assertion></p:Response>"""

METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}{service}</IDPSSODescriptor>
</EntityDescriptor>"""
KEY = """<KeyDescriptor use="{use}"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"""
SERVICE = '<SingleSignOnService Binding="b" Location="https://idp.example.com/sso"/>'


class Provider:
    """An identity provider with a key of its own."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = self.certified(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))

    def certified(self, begins, ends):
        """Return a certificate as the base64 text of metadata."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
        builder = x509.CertificateBuilder(name, name, self.key.public_key(), 1, begins, ends)
        certificate = builder.sign(self.key, hashes.SHA256())
        return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()

    def metadata(self, **more):
        certificate = more.pop("certificate", self.certificate)
        keys = KEY.format(use=more.pop("use", "signing"), certificate=certificate)
        return METADATA.format(**{"issuer": ISSUER, "keys": keys, "service": SERVICE} | more)

    def sign(self, response, **algorithms):
        """Sign the one assertion of a response and return the response."""
        assertion = response.find(f"{SAML}Assertion")
        algorithms.setdefault("c14n_algorithm", CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
        signed = XMLSigner(**algorithms).sign(
            assertion, key=self.key, cert=pem(self.certificate), reference_uri=assertion.get("ID")
        )
        response.replace(assertion, signed)
        return response


def pem(certificate):
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"


def upload(account, metadata):
    return account.console("PUT", "identity-source", {"metadata": metadata})


def source(account):
    return account.console("GET", "identity-source").json()


def response(account, answers=None, **more):
    """Return a good response as XML, single parts set otherwise; `answers` is the id of a request."""
    addresses, now = source(account), account.tenant.clock.now()
    parts = {
        "destination": addresses["acsUrl"],
        "recipient": addresses["acsUrl"],
        "audience": addresses["issuerUrl"],
        "issuer": ISSUER,
        "status": "Success",
        "method": "bearer",
        "format": EMAIL,
        "name_id": NAME,
        "begins": (now - timedelta(minutes=5)).isoformat(),
        "ends": (now + timedelta(minutes=5)).isoformat(),
        "until": (now + timedelta(minutes=5)).isoformat(),
        "more": "",
        "assertion": f"_{next(_NUMBERS):06}",
    }
    answers = f' InResponseTo="{answers}"' if answers else ""
    return etree.fromstring(RESPONSE.format(**parts | more, answers=answers))


def post(account, document, *, acs=None, **more):
    """Bring a response (XML or octets) to the assertion consumer service, as a browser does."""
    octets = document if isinstance(document, bytes) else etree.tostring(document)
    form = urlencode({"SAMLResponse": base64.b64encode(octets).decode(), **more})
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    url = acs or source(account)["acsUrl"]
    return account.send(Request("POST", url, (kind,), form.encode()))


def sentence(page):
    alert = re.search(r'<p[^>]* role="alert">([^<]+)</p>', page.body.decode())
    return unescape(alert[1]) if alert else None


def refused(account, page, words):
    """Tell whether a page refused with these words, signed nobody in, and left the event of a failure."""
    event = account.events()[0]
    return (
        page.status == 400
        and sentence(page) == words
        and page.header("Set-Cookie") is None
        and event["eventName"] == "ExternalIdPDirectoryLogin"
        and event["responseElements"] == {"ExternalIdPDirectoryLogin": "Failure"}
    )


def start(account, cookie):
    return account.send(Request("GET", source(account)["signInUrl"], (("Cookie", cookie),)))
