"""Drafts: text for one occasion, edited, approved, and then exactly one delivery.

    occasion ── propose ──▶ proposed ── approve(fingerprint) ──▶ approved ── sending, checked again ──▶ sent
                               ▲                                   │
                               └────── returned, with the reason ◄─┘

texts      the shipped letters, as files             compose    a letter filled in, each sentence with its source
sentences  a text taken apart and put together       doubts     names, figures, dates nobody vouches for
likeness   nearly the same letter twice              changes    what the person changed
writer     the optional endpoint that improves       letters    shipped letters as edited in the admin
rows       drafts, versions, attachments             store      proposed, edited, read
situation  what is known of one person to write to   checks     may this go out (pure), asked twice
parcel     the finished mail and its fingerprint     approve    approve, take back, return
sending    the outbox's gate for personal mails      queue      the pages of the queue
"""
