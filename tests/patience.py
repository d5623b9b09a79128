"""How many seconds a test gives to other programs: enough for a slow machine full of tests, so that only what hangs is cut."""

READY_WITHIN = 600.0
SETTLED_WITHIN = 600.0
STOPPED_WITHIN = 120.0
ENDS_WITHIN = 1200.0
