"""Reports on personal mails: what was suggested, approved, edited, answered, and what worked."""
