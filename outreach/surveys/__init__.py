"""Small surveys: one to three questions on a public page; answers stand on the card, a bad one opens a complaint."""
