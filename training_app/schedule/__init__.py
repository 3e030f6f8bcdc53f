"""Programmes, phases, sessions, salons, their slots, venues and agenda."""
