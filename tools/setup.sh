#!/bin/sh
# Find a Python and make .venv with it; the Makefile calls this from the repository's root.
# A name on PATH proves nothing (version managers leave shims that fail when run), so each candidate is run.
# 3.11 to 3.13 come first because every package of requirements.lock exists for them.

stop() { printf '\nEmbedLab set-up: %s\n  Fix: %s\n' "$1" "$2" >&2; exit 1; }
version='import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))'
install="install Python 3.11 or newer, or name one that is not on PATH: make lab PYTHON=/path/to/python3.12"
old=

set -- python3.11 python3.12 python3.13 python3.14 python3 python python3.10 python3.9
[ -n "$PYTHON" ] && set -- "$PYTHON"
for python do
    found=$("$python" -c "$version" 2>/dev/null) && exec "$python" tools/environment.py
    [ -n "$found" ] && old=${old:-"$found ($python)"}
done
[ -n "$old" ] && stop "Python 3.11 or newer is needed, but the newest one found is $old." "$install"
[ -n "$PYTHON" ] && stop "PYTHON=$PYTHON cannot be run." "give the full path of a Python, or leave PYTHON out."
stop "no Python was found on PATH." "$install"
