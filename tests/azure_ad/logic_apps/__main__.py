"""Run Microsoft's validation workflow, unchanged, against a SCIM server: `make gallery-workflow FOLDER=… SERVER=…`.

FOLDER has Microsoft's `*_Workflow.json` and `Orchestrator_Parameters.json`. The server's token is in SCIM_TOKEN, a flag
stands behind its address. PARAMETERS is a JSON file with parameters of one's own, such as scimTokenEndpoint with scimClientId and
scimClientSecret; without one the token endpoint is the harness's, which hands out SCIM_TOKEN. Waiting takes no time. Exit
code 1: a test failed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from harness.wire.sockets.network import Network
from tests.azure_ad.logic_apps.gallery import Validation


def main(folder: str, server: str, parameters: str = "") -> int:
    base, mark, flag = server.partition("?")
    own = json.loads(Path(parameters).read_text(encoding="utf-8")) if parameters else {}
    validation = Validation(Path(folder), Network(), base, mark + flag, os.environ["SCIM_TOKEN"], own)
    results = validation.results()
    width = max(map(len, results))
    for name, (result, details) in results.items():
        print(f"{name:{width}}  {result}")
        if not result.startswith(("success", "SKIPPED")):
            print(f"{'':{width}}  {details}")
    passed = sum(result.startswith("success") for result, _ in results.values())
    print(f"{passed} of {len(results)}")
    return int(any("FAILED" in result for result, _ in results.values()))


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4 or not all(sys.argv[1:3]) or "SCIM_TOKEN" not in os.environ:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
