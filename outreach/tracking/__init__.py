"""Opens and clicks: sealed links out, hits in, each with a verdict who made it. Keeps no IP and no user agent."""
