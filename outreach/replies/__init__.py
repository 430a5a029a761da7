"""What comes back: mailboxes are read, mails matched and understood, and what follows from them is done.

rows    incoming mails, bounces, webhooks
"""
