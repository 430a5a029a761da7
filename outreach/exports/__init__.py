"""Contacts as files: CSV, vCard and JSON of many, everything of one person in a ZIP."""
