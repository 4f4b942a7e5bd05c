"""The table of expectations: the names, meanings and examples of everything that they can read.

The check of a file, the JSON Schema for editors, `harness explain` and the author's guide are made from it.
"""

from harness.scenario.language.shapes import agreement, answers, aws, azure
from harness.scenario.language.shapes.kinds import Expected

SHAPES: dict[str, Expected] = {**answers.EXPECTED, **azure.EXPECTED, **aws.EXPECTED, **agreement.EXPECTED}

__all__ = ["SHAPES", "Expected"]
