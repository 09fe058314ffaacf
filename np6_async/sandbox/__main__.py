"""``python -m np6_async.sandbox``: run a sandbox until Ctrl-C."""

import sys

from ._cli import main

sys.exit(main())
