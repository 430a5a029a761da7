"""Reasons to write that come from the news. Stands on `outreach` only; filled by the feed watcher."""
