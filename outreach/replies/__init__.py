"""What comes back: mailboxes are read, mails matched and understood, and what follows from them is done.

    IMAP (inbox, listen) ─ take_in ─ matching ─▶ Incoming ─ consequences, bounces, follow_ups, alerts
    webhooks (hooks) ─────────────────────────▶ bounces, objections

rows          incoming mails, bounces, webhooks          filing       copies in the Sent folder
answers       what a person does with a mail             pages        what the inbox shows
"""
