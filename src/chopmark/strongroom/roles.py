"""Whose officer somebody is, who signs in at the desk."""

from enum import StrEnum


class OfficerRole(StrEnum):
    COUNTER = "counter"  # compares cards, and opens what a purpose lets her
    OWNER = "owner"  # the data owner's own: signs grants, places holds, lifts suspensions
