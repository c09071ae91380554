"""`python -m trainyard.engine`: make sure that an engine is there, and say which."""

import sys

from trainyard.engine.obtain import obtain
from trainyard.errors import TrainyardError

if __name__ == "__main__":
    try:
        engine = obtain(lambda line: print(line, flush=True))
    except TrainyardError as error:
        sys.exit(f"Error: {error}")
    print(f"engine: Pulumi {engine.version} ({engine.origin})")
