"""What every public log does alike (C2SP tlog-tiles, tlog-witness): its tree, its files, its witnesses.

The authority and the data owner each keep a log of their own, in tables of their own; what they do with the rows is here, once.
No database and no framework: each side gives what it keeps as `Rows` and as a `Book`, and signs with its own key.
"""
