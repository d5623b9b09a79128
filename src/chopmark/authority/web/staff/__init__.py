"""How staff sign in: a number, a password and a one-time code; and how they first come to have them."""
