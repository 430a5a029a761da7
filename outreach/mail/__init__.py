"""How one mail goes out: templates, rendering, the outbox, the transport."""
