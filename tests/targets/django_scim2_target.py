"""django-scim2 with its own mixins as models, as its README sets it up: https://github.com/15five/django-scim2 (read 2026-11-29).

Its README wants PostgreSQL for its filters; this has SQLite, and what its filters come to there is SQLite's, too.
"""

import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from tests.targets.serving import serve

BEARER = {"type": "oauthbearertoken", "name": "Bearer", "description": "A bearer token"}


def main() -> None:
    settings.configure(
        SECRET_KEY="sessions-of-a-test",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.targets.people.urls",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django_scim",
            "tests.targets.people",
        ],
        AUTH_USER_MODEL="people.Person",
        MIDDLEWARE=[
            "tests.targets.people.token.TokenMiddleware",
            "django_scim.middleware.SCIMAuthCheckMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(tempfile.mkdtemp()) / "people.db"),
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SCIM_SERVICE_PROVIDER={
            "NETLOC": "localhost",
            "SCHEME": "http",
            "AUTHENTICATION_SCHEMES": [BEARER],
            "GROUP_MODEL": "tests.targets.people.models.Team",
        },
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(get_wsgi_application())


main()
