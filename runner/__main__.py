"""`python -m runner`: the same as the `runner` command."""

import os
import sys

if __name__ == "__main__":
    # `-m` puts the working directory first on the path: a recipe repository must not bring Python modules or
    # Hydra plug-ins of its own. A checkout that is not installed stays importable.
    if (
        sys.path[0] in ("", os.getcwd())
        and os.path.dirname(os.path.dirname(os.path.abspath(__file__))) != os.getcwd()
    ):
        del sys.path[0]

    from runner.cli import main

    sys.exit(main())
