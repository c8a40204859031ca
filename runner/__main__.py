"""`python -m runner`: the same as the `runner` command."""

import sys

from runner.cli import main

if __name__ == "__main__":
    sys.exit(main())
