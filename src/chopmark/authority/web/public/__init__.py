"""The public face: anybody may check a certificate, and check us."""
