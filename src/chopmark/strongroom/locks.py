"""Every advisory lock of this database, each with a number of its own: two purposes under one number may wait for ever.

Listed in the order in which they are taken; all are given back when their transaction ends. A row that an opening points
to is locked with `no_key`: whoever writes an opening down looks at that row at the very end, and must not wait for its holder.
"""

_LOCKS = 0x5374

# With a second number that is hashed from whom it is about.
APPLICATION = 0x5375  # one form at a time for one reference
ASKER = 0x5376  # one asking of an asker at a time

KEYS = (_LOCKS, 5)  # shared by whoever writes a record, alone for whoever makes or destroys a key
OPENINGS = (_LOCKS, 2)  # openings are counted one by one
ORDER = (_LOCKS, 1)  # the next place in the log, until its leaf has committed
WATCH = (_LOCKS, 3)  # patterns are weighed one by one
SIGNING = (_LOCKS, 4)  # one signer of the log's head; it takes no other
