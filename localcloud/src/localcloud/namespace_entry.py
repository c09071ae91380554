"""Runs in the new process of a container: makes its namespaces, mounts `/opt/ml`, and becomes the program.

Called as `python namespace_entry.py FOLDER HOSTS_FILE PROGRAM [ARGUMENT…]`; an empty HOSTS_FILE leaves /etc/hosts.
Only the standard library: it runs with `-I -S`.
"""

import ctypes
import os
import signal
import stat
import sys

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_PR_SET_PDEATHSIG = 1
_NOT_RUNNABLE = 126
_NOT_FOUND = 127

_libc = ctypes.CDLL(None, use_errno=True)


def _must(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    encoded = [None if part is None else os.fsencode(part) for part in (source, target, kind)]
    _must(_libc.mount(*encoded, ctypes.c_ulong(flags), None), f"mount on {target}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _enter_namespaces() -> None:
    user, group = os.geteuid(), os.getegid()
    _must(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS), "unshare")
    # A group map may only be written by someone who has given up setgroups.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"0 {user} 1")
    _write("/proc/self/gid_map", f"0 {group} 1")
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)


def _restore(name: str, handle: int) -> None:
    """Put one former child of /opt back onto the new one; a symlink has no mount and is made again."""
    target, mode = f"/opt/{name}", os.fstat(handle).st_mode
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink("", dir_fd=handle), target)
        return
    if stat.S_ISDIR(mode):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT, 0o644))
    _mount(f"/proc/self/fd/{handle}", target, None, _MS_BIND | _MS_REC)


def _make_mount_point() -> None:
    """Give /opt a child `ml` without writing to the machine's /opt: a tmpfs over it, the other children bound back."""
    if not os.path.isdir("/opt"):
        raise OSError("this machine has no /opt; make an empty folder /opt")
    handles = {name: os.open(f"/opt/{name}", os.O_PATH | os.O_NOFOLLOW) for name in os.listdir("/opt")}
    _mount("tmpfs", "/opt", "tmpfs", 0)
    for name, handle in handles.items():
        _restore(name, handle)
        os.close(handle)
    os.mkdir("/opt/ml")


def main(folder: str, hosts_file: str, argv: list[str]) -> None:
    """Mount `folder` at /opt/ml and a file at /etc/hosts, in namespaces of our own, and become `argv`."""
    working_folder = os.getcwd()
    _enter_namespaces()
    if hosts_file:
        _mount(hosts_file, "/etc/hosts", None, _MS_BIND)
    # Held open: if the folder lies under /opt, its path goes away when /opt is covered.
    source = os.open(folder, os.O_PATH)
    if not os.path.isdir("/opt/ml"):
        _make_mount_point()
    _mount(f"/proc/self/fd/{source}", "/opt/ml", None, _MS_BIND | _MS_REC)
    os.close(source)
    os.chdir(working_folder)
    _libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    try:
        os.execvp(argv[0], argv)
    except FileNotFoundError as error:
        print(f"container: {argv[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(_NOT_FOUND)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except OSError as error:
        print(f"container: {error}", file=sys.stderr)
        sys.exit(_NOT_RUNNABLE)
