"""What every expectation reads, as one table: names, meanings, examples.

Checking a file, the JSON Schema that editors read, `harness explain` and the author's guide are all made from it.
"""

from harness.scenario.language.shapes import agreement, answers, aws, azure
from harness.scenario.language.shapes.kinds import Expected

SHAPES: dict[str, Expected] = {**answers.EXPECTED, **azure.EXPECTED, **aws.EXPECTED, **agreement.EXPECTED}

__all__ = ["SHAPES", "Expected"]
