"""Opens and clicks: sealed links out, hits in, each with a verdict who made it. Keeps no IP and no user agent."""

from outreach.tracking.hits import PIXEL, Request, address_of, settle, take_click, take_open

__all__ = ["PIXEL", "Request", "address_of", "settle", "take_click", "take_open"]
