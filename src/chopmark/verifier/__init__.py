"""What an outsider runs to check the log: it trusts nobody, and recomputes everything from the entries."""
