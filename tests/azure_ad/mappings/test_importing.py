"""A schema as exported becomes one that the job at hand can run.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/export-import-provisioning-configuration
"""

from copy import deepcopy

import pytest

from harness.azure_ad.mappings import schema
from harness.azure_ad.mappings.definitions import completed
from harness.azure_ad.mappings.importing import imported
from harness.azure_ad.mappings.schema import SchemaError
from harness.azure_ad.mappings.templates import build


def of_template(template="scim", directory="Azure Active Directory"):
    return build(template, "job", "rule", directory)


@pytest.mark.parametrize("template", ["scim", "aWSSingleSignon"])
def test_a_whole_schema_stays_as_it_is(template):
    exported = of_template(template, "Microsoft Entra ID")
    assert imported(exported, of_template()) == exported


@pytest.mark.parametrize("lacking", ["directories", "objects", "attributes"])
def test_what_an_export_leaves_out_is_the_jobs_own(lacking):
    exported = of_template("aWSSingleSignon", "Microsoft Entra ID")
    if lacking == "directories":
        del exported["directories"]
    for directory in exported.get("directories", ()):
        if lacking == "objects":
            directory["objects"] = []
    if lacking == "attributes":
        exported["directories"][1]["objects"][0]["attributes"] = []
    schema.check(completed(imported(exported, of_template())))


def test_neither_schema_is_changed():
    exported, own = of_template("aWSSingleSignon", "Microsoft Entra ID"), of_template()
    del exported["directories"]
    before = deepcopy((exported, own))
    imported(exported, own)
    assert (exported, own) == before


@pytest.mark.parametrize(
    "broken", [{}, {"synchronizationRules": []}, {"synchronizationRules": [{"id": "r"}]}]
)
def test_what_has_no_mappings_is_refused_with_what_to_export(broken):
    with pytest.raises(SchemaError, match="Review your schema"):
        imported(broken, of_template())
