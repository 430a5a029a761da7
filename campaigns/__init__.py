"""Many at once: segments, newsletters, their fan-out and their reports. Stands on `outreach` only."""
