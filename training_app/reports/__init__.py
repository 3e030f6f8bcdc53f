"""Supervisors' read-only questions."""
