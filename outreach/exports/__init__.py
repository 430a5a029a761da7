"""The customer file as files: CSV, vCard, JSON."""
