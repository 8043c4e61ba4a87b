"""Whether the witness notices when a rule of Sluice is taken out. See README.md."""

import sys

from command import main

sys.exit(main(sys.argv[1:]))
