"""The core of Microsoft's Graph SDK for Python, over TLS: it signs in by azure-identity, sends, pages and batches.

Its models and request builders, 392 MB, are not needed for that; what they send is in `requests/msgraph_sdk.yaml`.
"""

import asyncio
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.serialization import (
    Parsable,
    ParseNodeFactoryRegistry,
    SerializationWriterFactoryRegistry,
)
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from kiota_serialization_json.json_serialization_writer_factory import JsonSerializationWriterFactory
from msgraph_core import BaseGraphRequestAdapter, GraphClientFactory
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.tasks.page_iterator import PageIterator

from harness.wire.sockets.network import Network
from harness.wire.sockets.tls import trusting
from tests.serving.harness_process import HarnessProcess
from tests.wire.authority import Authority

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Return what runs a coroutine with a request adapter of a signed-in client."""
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    pair = authority.sign("127.0.0.1")
    world = HarnessProcess(tmp_path_factory.mktemp("world"), *pair.options, "--populate", "@small")
    azure = world.ready["azure_ad"]
    world.network = Network(timeout=60, trusted={azure["url"]: trusting(pair.certificate)})
    application, *_ = world.graph("GET", "/applications").json()["value"]
    secret = world.graph("POST", f"/applications/{application['id']}/addPassword", {}).json()["secretText"]
    ParseNodeFactoryRegistry().CONTENT_TYPE_ASSOCIATED_FACTORIES["application/json"] = JsonParseNodeFactory()
    SerializationWriterFactoryRegistry().CONTENT_TYPE_ASSOCIATED_FACTORIES["application/json"] = (
        JsonSerializationWriterFactory()
    )
    options = {"authority": azure["url"], "disable_instance_discovery": True}
    credential = ClientSecretCredential(
        azure["tenant_id"], application["appId"], secret, connection_verify=str(authority.file), **options
    )
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["127.0.0.1"]
    )

    def run(act):
        async def with_client():
            # The SDK's own transport closes nothing that it is put around.
            async with (
                httpx.AsyncHTTPTransport(verify=trusting(authority.file)) as transport,
                httpx.AsyncClient(transport=transport) as http,
            ):
                client = GraphClientFactory.create_with_default_middleware(client=http)
                adapter = BaseGraphRequestAdapter(provider, http_client=client)
                adapter.base_url = azure["graph_endpoint"]
                return await act(adapter)

        return asyncio.run(with_client())

    with closing(credential):
        yield run
    world.stop()


@dataclass
class Item(Parsable):
    id: str = ""

    @staticmethod
    def create_from_discriminator_value(_):
        return Item()

    def get_field_deserializers(self):
        return {"id": lambda node: setattr(self, "id", node.get_str_value())}

    def serialize(self, writer):
        writer.write_str_value("id", self.id)


@dataclass
class Page(Parsable):
    value: list | None = None
    odata_next_link: str | None = None

    @staticmethod
    def create_from_discriminator_value(_):
        return Page()

    def get_field_deserializers(self):
        return {
            "value": lambda node: setattr(self, "value", node.get_collection_of_object_values(Item)),
            "@odata.nextLink": lambda node: setattr(self, "odata_next_link", node.get_str_value()),
        }

    def serialize(self, writer):
        writer.write_collection_of_object_values("value", self.value)


def request(template, method=Method.GET, **parameters):
    return RequestInformation(method, "{+baseurl}" + template, parameters)


def test_a_request_is_signed_in_and_answered(graph):
    """A token of client credentials, the URL template that the request builders have, an answer that is read."""

    async def ask(adapter):
        return await adapter.send_async(request("/users{?%24select,%24top}", **{"%24top": 2}), Page, {})

    page = graph(ask)
    assert len(page.value) == 2
    assert page.odata_next_link


def test_a_refusal_is_an_error_with_its_status(graph):
    async def ask(adapter):
        await adapter.send_primitive_async(
            request("/users/{user%2Did}", **{"user%2Did": "nobody"}), "bytes", {}
        )

    with pytest.raises(APIError) as caught:
        graph(ask)
    assert caught.value.response_status_code == 404


def test_its_iterator_comes_through_all_pages(graph):
    """PageIterator follows the next links."""
    names = []

    async def walk(adapter):
        whole = await adapter.send_async(request("/users{?%24top}", **{"%24top": 999}), Page, {})
        first = await adapter.send_async(request("/users{?%24top}", **{"%24top": 1}), Page, {})

        def note(user):
            names.append(user.id)
            return True

        await PageIterator(first, adapter).iterate(note)
        return [user.id for user in whole.value]

    assert graph(walk) == names
    assert len(names) > 2


def test_its_batches_are_answered(graph):
    """BatchRequestBuilder sends what BatchRequestContent collects."""

    async def send(adapter):
        content = BatchRequestContent()
        for template in ("/users", "/organization", "/nothing"):
            information = request(template)
            information.path_parameters["baseurl"] = adapter.base_url
            content.add_request_information(information)
        return await BatchRequestBuilder(adapter).post(content)

    answers = graph(send)
    statuses = sorted(answers.get_response_by_id(key).status for key in answers.responses)
    assert statuses == [200, 200, 404]
