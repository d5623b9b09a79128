"""RFCs as Python: bytes and frozen values in, bytes or findings out. No Django, database, network, file, clock or key."""
