"""The API over what belongs to no single package: who one is, one's own budget; its schema and its documentation."""
