"""Occasions: reasons to write to one contact now, with their evidence, and why others are not suggested."""
