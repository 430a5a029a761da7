"""Consent: lists, who agreed to them with proof, and the suppression list. Asked before every mail."""
