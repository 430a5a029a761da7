"""Segments: saved filters over contacts, stored as readable JSON, compiled to one SQL statement."""
