"""Taking contacts in from files: read, map, preview, run in the background, report what was skipped and why."""
