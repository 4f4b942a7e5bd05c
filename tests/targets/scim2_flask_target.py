"""scim2-flask with users, groups and the enterprise extension in memory: https://scim2-flask.readthedocs.io (read 2026-11-29)."""

from flask import Flask
from scim2_flask import ScimServer
from scim2_models import EnterpriseUser, Group, ResourceType, ScimProvider, User
from scim2_server.memory import InMemoryStorage
from scim2_server.utils import load_default_service_provider_config

from tests.targets.serving import mounted, serve

app = Flask(__name__)
app.secret_key = "cursors-of-a-test"
people, teams = ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)
config = load_default_service_provider_config()  # with filters, sorting, PATCH, bulk and versions
provider = ScimProvider(models=[User, EnterpriseUser, Group], resource_types=[people, teams], config=config)
ScimServer(InMemoryStorage(), provider, app=app, url_prefix="")
serve(mounted(app))
