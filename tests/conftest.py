"""What all tests share: a SCIM server of others, contract classes that explain themselves, and the same examples drawn."""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.base.store_contract", "tests.wire.transport_contract")

# `--hypothesis-profile=default` goes looking for new examples; the ordinary run repeats itself.
settings.register_profile("harness", derandomize=True, database=None, deadline=None)
# For `make test-quick`: the first examples of each property.
settings.register_profile("quick", settings.get_profile("harness"), max_examples=10)
settings.load_profile("harness")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "a-token-that-nobody-ever-sees-again"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave a module unread that is slow from end to end where slow tests are not wanted (`make test-quick`)."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return "\npytestmark = pytest.mark.slow\n" in collection_path.read_text(encoding="utf-8") or None


def pytest_collection_finish() -> None:
    """Take the collected tests, which stay to the end, out of what each garbage collection walks through; collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def in_a_terminal() -> Iterator[None]:
    """Heed Ctrl-C and a closed terminal, as what a test starts then does: `nohup make test &` has both ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def discovery() -> Any:
    """Read scim2-server's resource definitions once; importing its models takes most of a second."""
    from scim2_models import ScimProvider
    from scim2_server.testserver.application import BEARER_TOKEN_SCHEME
    from scim2_server.utils import (
        load_default_resource_types,
        load_default_schemas,
        load_default_service_provider_config,
    )

    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    return ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )


@pytest.fixture
def foreign_app(discovery: Any) -> Any:
    """Return scim2-server as a WSGI application, empty, open to the one token."""
    from scim2_server.memory import InMemoryStorage
    from scim2_server.testserver.application import BearerTokenApplication

    return BearerTokenApplication(InMemoryStorage(), discovery, bearer_tokens=[TOKEN])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start Debian's chromium once for all tests of this process; where there is none they say so and are skipped.

    One for all, because Playwright's synchronous form cannot be started twice in a process.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on PATH; apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()
