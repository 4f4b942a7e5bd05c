"""`make bench`: the harness against its peers, in one run, in ratios. `python -m tests.benchmarks.run PART…` measures less.

Every pair is measured in turns (A B A B …) and compared by medians, so a slow moment of the machine hits both. It prints the
table of README.md; nothing here fails a build, for a timed test is a flaky test.
"""

from __future__ import annotations

import sys

from tests.benchmarks import inside, served, sockets
from tests.benchmarks.measuring import header, remark, seconds

PARTS = {
    "inside": inside.inside,
    "large": inside.large,
    "sockets": sockets.against_peer,
    "growth": sockets.growth,
    "served": served.large_world,
    "processes": served.processes,
}


def main() -> None:
    parts = sys.argv[1:] or list(PARTS)
    unknown = [name for name in parts if name not in PARTS]
    if unknown:
        sys.exit(f"there is no part '{unknown[0]}'; there are: {', '.join(PARTS)}")
    header()
    for name in parts:
        remark(f"the part {name}", seconds(PARTS[name]), "s")


if __name__ == "__main__":
    main()
