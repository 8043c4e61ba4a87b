"""The witness: says from the outside whether Sluice kept its promise. See README.md."""

import sys

from command import main

sys.exit(main(sys.argv[1:]))
