"""The data owner's process (RFC 3647 §9.4): personal records behind two doors.

Its database, keys and log are its own. Public verbs are in `services` and `officers`; other parts of
the product may import `chopmark.strongroom.client` and nothing else from here.
"""
