"""The counter: an officer takes a case through its steps, and a second officer releases it."""
