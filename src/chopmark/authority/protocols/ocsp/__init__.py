"""The OCSP responder's face (RFC 6960, RFC 5019, RFC 9654; CPS 4.10): asynchronous outside, one thread for each answer inside.

Owns no tables. It holds one key in memory, which the signer certifies for a day at a time, for each issuer.
"""
