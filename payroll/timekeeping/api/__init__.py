"""The API of hours and absences."""
