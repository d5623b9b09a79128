"""A public certification authority whose daily operation is given to a contractor."""
