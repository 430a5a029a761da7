"""Opens and clicks: sealed links out, hits in, each with a verdict who made it. Keeps no IP and no user agent."""

from outreach.tracking.hits import PIXEL, Counter, Request, Seen, take_click, take_open
from outreach.tracking.settle import settle

__all__ = ["PIXEL", "Counter", "Request", "Seen", "settle", "take_click", "take_open"]
