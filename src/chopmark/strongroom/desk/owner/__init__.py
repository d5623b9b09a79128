"""`/owner/…`: what the owner's own officers see. A page more is a module, an entry in `frame.PAGES` and a path."""
