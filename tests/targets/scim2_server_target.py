"""scim2-server's own test server: https://scim2-server.readthedocs.io (read 2026-11-29)."""

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from tests.targets.serving import PATH, TOKEN, serve

config = load_default_service_provider_config()
config.authentication_schemes = [BEARER_TOKEN_SCHEME]
provider = ScimProvider.from_discovery(
    load_default_schemas().values(), load_default_resource_types().values(), config=config
)
application = BearerTokenApplication(InMemoryStorage(), provider, bearer_tokens=[TOKEN])


def mounted(environ, start_response):
    inner = {**environ, "SCRIPT_NAME": PATH, "PATH_INFO": environ["PATH_INFO"].removeprefix(PATH)}
    return application(inner, start_response)


serve(mounted)
