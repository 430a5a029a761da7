"""Mailboxes: how each sender's personal mails go out and come in, and at what pace.

rows     a mailbox and the folders read of it            store    made, changed, paused, its servers as plain values
login    its passwords, and when they may travel         regions  what the states with their holidays are called
pace     when the next mail may go out (pure)            holding  the pace and the breaker of one mailbox, as rows
"""
