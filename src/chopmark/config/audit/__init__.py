"""The truth by another road: what `chopmark audit` runs, and what the tests ask after every step.

Plain SQL under the auditor's role, other people's parsers and the independent reader of the log; none of the services.
"""
