"""`python3 cluster/chaos`: breaks a cluster on purpose. README.md says how."""

import sys

from command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
