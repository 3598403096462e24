"""Entry point of ./run."""

import sys

from peersupport.embedded import commands

if __name__ == "__main__":
    {"demo": commands.demo, "test": commands.test, "manage": commands.manage}[sys.argv[1]](sys.argv[2:])
