"""Persons, their posts, accounts and grants; who is asking, and what they may do."""
