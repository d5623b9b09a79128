"""The faces: public, portal and counter. Parse, permit, call one service, answer; no models, no keys, no tables.

`problems.py` words every refusal in both languages; `acting.py` says who is asking and by what leave.
"""
