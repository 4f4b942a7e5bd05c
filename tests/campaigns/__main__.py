"""`make campaign`: damage, kills, also in conversions, a storm and a full disk, seeded and bounded; each prints its figures or fails.

python -m tests.campaigns [--seed 1] [--damaged 100] [--kills 200] [--conversions 60]
                          [--interruptions 30] [--minutes 10]
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from tests.base.postgres.postgres_server import running_postgres
from tests.campaigns.conversions import Conversions
from tests.campaigns.damage import damage
from tests.campaigns.disk import full_disk
from tests.campaigns.interruptions import interruptions
from tests.campaigns.kills import Kills
from tests.campaigns.storm import storm
from tests.serving.harness_process import HarnessProcess
from tests.serving.storage.older_folders import LAYOUTS

_CLIENTS, _STRANGERS = 20, 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="campaign")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--damaged", type=int, default=100, help="files that are damaged and started with")
    parser.add_argument("--kills", type=int, default=200, help="half of them on files, half on PostgreSQL")
    parser.add_argument(
        "--conversions", type=int, default=60, help="of folders of each older layout, killed midway"
    )
    parser.add_argument(
        "--interruptions", type=int, default=30, help="of each command, with Ctrl-C as it begins"
    )
    parser.add_argument("--minutes", type=float, default=10, help="how long the storm lasts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="harness-campaign-") as place:
        folder = Path(place)
        _damage(folder / "damage", options.seed, options.damaged)
        _files(folder / "files", options.seed, options.kills // 2)
        _postgres(folder / "postgres", options.seed, options.kills - options.kills // 2)
        _conversions(folder, options.seed, options.conversions)
        _interruptions(folder / "interruptions", options.seed, options.interruptions)
        _storm(folder / "storm", options.seed, 60 * options.minutes)
        _disk(folder / "disk")


def _damage(folder: Path, seed: str, files: int) -> None:
    folder.mkdir()
    print("damage    ", damage(folder, seed, files), flush=True)


def _files(folder: Path, seed: str, kills: int) -> None:
    folder.mkdir()
    print("files     ", Kills(folder, str(folder / "data"), seed).run(kills), flush=True)


def _postgres(folder: Path, seed: str, kills: int) -> None:
    folder.mkdir()
    with running_postgres() as address:
        print("postgres  ", Kills(folder, address, f"{seed}/postgres", processes=2).run(kills), flush=True)


def _conversions(folder: Path, seed: str, kills: int) -> None:
    for layout in LAYOUTS:
        place = folder / f"layout-{layout}"
        place.mkdir()
        print("conversion", Conversions(place, layout, f"{seed}/{layout}").run(kills), flush=True)


def _interruptions(folder: Path, seed: str, times: int) -> None:
    folder.mkdir()
    print("Ctrl-C    ", interruptions(folder, seed, times), flush=True)


def _storm(folder: Path, seed: str, seconds: float) -> None:
    folder.mkdir()
    server = HarnessProcess(folder, "--data", str(folder / "data"))
    try:
        print(
            "storm     ",
            storm(server, seed, clients=_CLIENTS, seconds=seconds, strangers=_STRANGERS),
            flush=True,
        )
    finally:
        server.stop()


def _disk(folder: Path) -> None:
    folder.mkdir()
    try:
        print("full disk ", full_disk(folder), flush=True)
    except subprocess.CalledProcessError:
        print("full disk  left out: this account may not mount a file system", flush=True)


if __name__ == "__main__":
    main()
