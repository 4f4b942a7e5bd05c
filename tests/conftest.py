"""What all tests share: contract classes explain their failed assertions, and property tests draw the same examples."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.base.store_contract", "tests.wire.transport_contract")

# `--hypothesis-profile=default` goes looking for new examples; the ordinary run repeats itself.
settings.register_profile("harness", derandomize=True, database=None, deadline=None)
settings.load_profile("harness")
