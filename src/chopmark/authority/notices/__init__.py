"""Individual notices and communications with participants (RFC 3647 §9.11): what a subscriber is told, and whether it arrived.

The strongroom sends, since it alone has the addresses: here is which notice was asked for and how it stands, never where it
goes. Owns `notices_notice`, `notices_standing`. Public verbs: `tell`, `note_ended`, `put_off`, `ask_again`.
"""
