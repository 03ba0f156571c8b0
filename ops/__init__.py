"""What sets the project up, runs it on one machine and tests it; plain Python, imported by nothing of the application."""
