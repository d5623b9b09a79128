"""Notices to subjects (CPS 9.11): the strongroom writes and sends them itself, so that no address leaves."""
