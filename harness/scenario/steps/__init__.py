"""The verbs of scenario files, one small function each, in the words of the vendors' guides.

`STEPS` is the registry; `language/structure.json` describes each verb's arguments (a test compares the two). A step sends the
HTTP requests of the person it stands for and returns a `Result`; a refusal is a result too, so that scenarios can expect it.
"""

from harness.scenario.steps import aws_sso, azure_ad, faults, general, provisioning
from harness.scenario.steps.registry import STEPS

__all__ = ["STEPS", "aws_sso", "azure_ad", "faults", "general", "provisioning"]
