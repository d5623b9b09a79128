"""`chopmark bench`: what this machine does with this software, beside what it could do at the most, measured in one run.

One module a measurement, each a click command named as its file. A measurement takes its raw limit before and after, since
machines drift, and prints both with their ratio; docs/performance.md is made of what they print.
"""
