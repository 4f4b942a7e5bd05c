"""The samples of Microsoft Graph's documentation that several tests compare with.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-objectmapping (read 2026-11).
"""

ACTIVE = {
    "defaultValue": "True",
    "exportMissingReferences": False,
    "flowBehavior": "FlowWhenChanged",
    "flowType": "Always",
    "matchingPriority": 0,
    "source": {
        "expression": "Not([IsSoftDeleted])",
        "name": "Not",
        "type": "Function",
        "parameters": [
            {
                "key": "source",
                "value": {
                    "expression": "[IsSoftDeleted]",
                    "name": "IsSoftDeleted",
                    "parameters": [],
                    "type": "Attribute",
                },
            }
        ],
    },
    "targetAttributeName": "IsActive",
}
LANGUAGE = {**ACTIVE, "defaultValue": "en_US", "source": None, "targetAttributeName": "LanguageLocaleKey"}
# A scope as an object mapping of a schema has it.
SALES_ONLY = {
    "groups": [
        {
            "name": "Sales only",
            "clauses": [
                {
                    "operatorName": "EQUALS",
                    "sourceOperandName": "department",
                    "targetOperand": {"values": ["Sales"]},
                }
            ],
        }
    ],
    "inputFilterGroups": [],
    "categoryFilterGroups": [],
}
