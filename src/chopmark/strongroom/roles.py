"""Whose officer somebody is, who signs in at the desk."""

from enum import StrEnum


class OfficerRole(StrEnum):
    COUNTER = "counter"  # compares cards, and opens what a purpose lets her
    OWNER = "owner"  # the data owner's own: signs grants, places holds, lifts suspensions
    SUPERVISOR = "supervisor"  # reads the owner's registers, and neither changes nor opens anything


# Whom a purpose of the policy may name: a supervisor is none of them.
WHO_MAY_OPEN = (OfficerRole.COUNTER, OfficerRole.OWNER)
