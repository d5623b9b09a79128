"""The operator's side: the life of a certificate, the money, the oversight, the faces."""
