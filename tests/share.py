"""How much of the longest suites one run does: a share that other days and seeds go on with, or all with CHOPMARK_BLOWS=all."""

import os

IS_WHOLE = os.environ.get("CHOPMARK_BLOWS") == "all"
