"""The lock on a data folder: one server at a time, which is named to whoever comes second.

On NFS and SMB it is seen by other machines, too (https://man7.org/linux/man-pages/man2/flock.2.html, "NFS details" and "CIFS
details"). A FUSE file system that has no locks of its own leaves them to each machine's kernel
(https://libfuse.github.io/doxygen/structfuse__operations.html, "flock"), so there the lock file also says which machine has
the folder, and is emptied at the end. Both read 2026-11-30.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness.base.errors import HarnessError

NAME = "server.lock"
_MOST = 200  # bytes of what stands in it
_OLDER_READ = 20  # bytes, which older versions take for the pid
_LOCKLESS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
_NO_LOCKS = "its file system has no locks, as some network folders; name a folder on a local disk"
# File systems over a network whose locks stay on one machine. sshfs: https://github.com/libfuse/sshfs/pull/55; s3fs:
# https://github.com/s3fs-fuse/s3fs-fuse/issues/2137, read 2026-11-30; rclone is inferred, for it has no flock either.
_ONE_MACHINE = frozenset({"fuse.sshfs", "fuse.s3fs", "fuse.rclone"})
_MOUNTS = Path("/proc/self/mountinfo")
# One machine has another at each start, and all containers of a machine have one: proc_sys_kernel(5), "random".
_MACHINE = Path("/proc/sys/kernel/random/boot_id")


def lock(folder: Path) -> Callable[[], None]:
    """Take a folder for this process, made if it is not there, and return what gives it back. Raises HarnessError."""
    try:
        if folder.is_symlink() and not folder.exists():
            raise HarnessError(
                f"--data {folder} is a link to {folder.readlink()}, which is not there; make it first"
            )
        if folder.exists() and not folder.is_dir():
            raise HarnessError(f"--data {folder} is no folder; name one, or what is to become one")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise HarnessError(f"cannot use {folder} as data folder: {error.strerror}") from error
    try:
        _take(folder, handle)
    except BaseException:
        os.close(handle)
        raise
    return lambda: _give_back(handle)


def _take(folder: Path, handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has none; there SQLite's own lock must do
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _demand_no_other_machine(folder, handle)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid():<{_OLDER_READ}}\n{_machine()}\n".encode(), 0)
    except BlockingIOError as error:
        holder = _holder(handle)[0] or "unknown"
        raise HarnessError(
            f"{folder} is in use by the server with pid {holder}; end that one or name another folder"
        ) from error
    except OSError as error:
        reason = _NO_LOCKS if error.errno in _LOCKLESS else error.strerror
        raise HarnessError(f"cannot use {folder} as data folder: {reason}") from error


def _demand_no_other_machine(folder: Path, handle: int) -> None:
    """See that nobody on another machine has a folder whose locks are not seen there. Raises HarnessError."""
    pid, machine = _holder(handle)
    if pid and machine not in ("", _machine()) and (kind := _file_system(folder)) in _ONE_MACHINE:
        raise HarnessError(
            f"{folder} is in use by the server with pid {pid} of another machine, or that server was killed: {kind} does "
            f"not tell; end it, or remove {folder / NAME} if it is gone"
        )


def _holder(handle: int) -> tuple[str, str]:
    """Return the pid that stands in a lock file and the machine that it is of; "" for what does not."""
    lines = os.pread(handle, _MOST, 0).decode("ascii", "replace").split("\n")
    return lines[0].strip(), "".join(lines[1:2])


def _give_back(handle: int) -> None:
    """Empty the lock file and let it go; a network folder may be gone by now."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
    with suppress(OSError):
        os.close(handle)


def _machine() -> str:
    try:
        return _MACHINE.read_text(encoding="ascii").strip()
    except (OSError, ValueError):  # it is no Linux
        return ""


def _file_system(folder: Path) -> str:
    """Return the kind of file system that a folder is on, as proc_pid_mountinfo(5) names it; "" where nothing tells."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    places = {*(str(place) for place in folder.resolve().parents), str(folder.resolve())}
    kinds: dict[str, str] = {}  # by the place where it is mounted; of several the last one is seen
    for mount in mounts:
        place, rest = mount.split(" ")[4], mount.partition(" - ")[2]
        kinds[place.replace("\\040", " ")] = rest.split(" ")[0]
    nearest = max(places & kinds.keys(), key=len, default="")
    return kinds.get(nearest, "")
