"""The whole thread walked through HTTP as the people in it: what `chopmark up --check` runs."""
