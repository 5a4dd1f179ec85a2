"""Start the set-up with whatever Python was found.

This file alone is written so that every Python since 2.7 can read it: an old one must get as far as saying that
it is too old, instead of a syntax error. The set-up itself is in environment.py beside it.
"""

from __future__ import print_function

import sys

OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    found = ".".join(str(part) for part in sys.version_info[:3])
    print("EmbedLab needs Python 3.11 or newer, but the newest one found is %s." % found, file=sys.stderr)
    print("  it is: %s" % sys.executable, file=sys.stderr)
    print("  Fix: install a newer Python, then run the same command again;", file=sys.stderr)
    print("       or name one that is not on PATH: make lab PYTHON=/path/to/python3.12", file=sys.stderr)
    sys.exit(1)

if __name__ == "__main__":
    import environment

    sys.exit(environment.main(sys.argv[1:]))
