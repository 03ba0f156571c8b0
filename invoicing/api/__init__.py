"""The same use cases as the pages, for programs."""
