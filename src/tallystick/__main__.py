"""Run the command line: `python -m tallystick`."""

import sys

from tallystick.config.cli import main

sys.exit(main())
