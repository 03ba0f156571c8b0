"""Views and forms of the pages that span several packages."""
