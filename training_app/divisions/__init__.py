"""The official tree of administrative divisions; a jurisdiction is a code prefix."""
