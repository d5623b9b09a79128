"""The owner's keys: made, sealed, shared among holders, opened at the start, rotated."""
