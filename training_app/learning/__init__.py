"""What was learned: test scores, second tries included."""
