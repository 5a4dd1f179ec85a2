"""``python -m embedlab``: look at this machine and say what works."""

import sys

from embedlab.doctor import main

sys.exit(main())
