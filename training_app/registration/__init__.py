"""Places, nomination, registration, the waiting line, rosters, walk-ins, tickets, messages."""
