"""What every room stands on: database, clock, errors, audit, jobs, messages, files."""
