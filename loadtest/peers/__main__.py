"""`python3 loadtest/peers`: measures other queues on the same machine. README.md says how."""

import sys

from command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
