"""The papers of an employment: terms, addenda, its end; each with the form that the law asks for."""
