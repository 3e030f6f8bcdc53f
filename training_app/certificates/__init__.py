"""Who has earned a certificate and why not; drawing, verifying, revoking."""
