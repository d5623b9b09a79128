"""The portal: an applicant asks for a certificate, accepts it, and may revoke it."""
