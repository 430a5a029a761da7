"""The history of a customer: everything that happened, on one timeline.

rows       touchpoints                          store      one touchpoint: note, change, forget
timeline   touchpoints and newsletters, newest first, page by page

`outreach.valuation` reads the rows and is asked by the store, so nothing is imported here.
"""
