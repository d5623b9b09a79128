"""Doors to the world that speak a protocol: parse, permit, call one service, answer."""
