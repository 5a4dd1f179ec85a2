#!/bin/sh
# Find a Python and start the set-up with it; called by the Makefile from the repository's root.
#
# A name on PATH proves nothing (version managers leave shims that fail when run), so each candidate is run.
# 3.11 to 3.13 come first because every package of requirements.lock exists for them.

is_new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
newest_old=

if [ -n "$PYTHON" ]; then
    "$PYTHON" -c '' 2>/dev/null && exec "$PYTHON" tools/bootstrap.py --chosen "$@"
    echo "PYTHON=$PYTHON cannot be run." >&2
    echo "  Fix: give the full path of a Python 3.11 or newer, or leave PYTHON out." >&2
    exit 1
fi

for python in python3.11 python3.12 python3.13 python3.14 python3 python python3.10 python3.9 python3.8; do
    "$python" -c "$is_new_enough" 2>/dev/null && exec "$python" tools/bootstrap.py "$@"
    [ -z "$newest_old" ] && "$python" -c '' 2>/dev/null && newest_old=$python
done

[ -n "$newest_old" ] && exec "$newest_old" tools/bootstrap.py "$@"
echo "No Python was found on PATH." >&2
echo "  Fix: install Python 3.11 or newer, or name one: make lab PYTHON=/path/to/python3.12" >&2
exit 1
