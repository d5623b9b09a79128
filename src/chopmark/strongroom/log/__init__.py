"""The strongroom's own public log (C2SP tlog-tiles): signed, written as files, served at the desk, proved from.

A leaf gets its place when it is written (`leaves.py`); what is here hashes, signs and publishes what stands there.
"""
