"""The pages of the feed watcher: sources and their health, what is watched, the press of one company."""
