"""Users whose values are of one kind are asked of AWS's rules once: the answer is the one that each would get alone."""

from __future__ import annotations

import pytest

from harness.azure_ad.mappings.functions import Context
from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.diagnosis.mapping import in_force
from harness.diagnosis.refusing import Target
from harness.diagnosis.wording import Wording
from harness.world import choose_quirks

TEXTS = (
    *(
        "Ana",
        "Ana Ruiz",
        "True",
        "False",
        "Administrator",
        "AWSAdministrator",
        "",
        " ",
        " Ana",
        "a<b>",
        "50 %; x:y",
    ),
    *(
        "x" * 64,
        "x" * 129,
        "x" * 257,
        "x" * 1025,
        "Ana\u200b",
        "A\u00a0R",
        "a\tb",
        "a\nb",
        "a\x07",
        "é",
        "北京",
        "e\u0301",
    ),
)


@pytest.mark.parametrize("profile", ["identity-center", "aws-sso-2020"])
@pytest.mark.parametrize("template", ["aws", "non-gallery"])
def test_whoever_is_like_somebody_gets_the_answer_of_their_own(profile: str, template: str) -> None:
    """Each text in each place, after somebody ordinary whose answer may be remembered."""
    aws, azure = choose_quirks(profile, {})
    context = Context(VirtualClock(from_iso("2026-01-01T00:00:00Z")), Ids("x"), "contoso.com", quirks=azure)
    wording = Wording(in_force(None, template, context))
    whole = {target: "Ana" for target in wording.mapping.reads if "phoneNumbers" not in target}
    shared = Target(wording, azure, aws)
    for unknown in (frozenset[str](), frozenset({"userName"})):
        assert shared.refusal("ana", whole, unknown) is None
        for target in whole:
            for text in TEXTS:
                values = {**whole, target: text}
                alone = Target(wording, azure, aws).refusal("ana", values, unknown)
                assert shared.refusal("ana", values, unknown) == alone, (target, text)
