"""The OCSP responder's face (RFC 6960, RFC 5019, RFC 9654; CPS 4.10): in the event loop, from memory and the status store.

Owns no tables. It holds one key in memory, which the signer certifies for a day at a time, for each issuer.
"""
