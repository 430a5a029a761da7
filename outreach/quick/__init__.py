"""Quick entry: one line becomes an entry of the history, facts and tasks, after somebody looked at it."""
