"""The API as a program of someone else uses it."""
