"""One command, `make bench`, that prints every figure this project claims."""
