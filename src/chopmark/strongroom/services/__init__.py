"""The strongroom's verbs, one chapter a file: each in one durable transaction with its leaf."""
