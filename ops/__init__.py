"""What sets the project up, runs it on one machine and tests it; the application imports none of it."""
