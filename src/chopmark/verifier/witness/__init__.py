"""A witness, which the supervisor runs elsewhere: it cosigns a log's growth and nothing else (C2SP tlog-witness)."""
