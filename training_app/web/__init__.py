"""What pages share: access, language, errors, filters, pagination, headers."""
