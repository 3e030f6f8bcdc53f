"""The door: may this person enter now?"""
