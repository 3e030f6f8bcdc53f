"""The demo: Licheng's story of 2023 and 2024, and a programme around today. Every person in it is made up."""
