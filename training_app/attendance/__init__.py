"""Scans as facts, corrections and leave, and the attendance derived from them."""
