"""Entry point of ./run."""

import sys

from peersupport.embedded import checks, commands
from peersupport.embedded.places import Trouble

COMMANDS = {"demo": commands.demo, "test": checks.test, "faults": checks.faults, "manage": commands.manage}

if __name__ == "__main__":
    if sys.platform != "linux":
        raise Trouble("./run needs Linux. Elsewhere set DATABASE_URL and REDIS_URL and call manage.py.")
    COMMANDS[sys.argv[1]](sys.argv[2:])
