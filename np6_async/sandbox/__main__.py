"""``python -m np6_async.sandbox``: serve a sandbox until Ctrl-C."""

import sys

from ._cli import main

sys.exit(main())
