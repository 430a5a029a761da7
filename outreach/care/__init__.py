"""Care for customers: complaints, gifts, referrals, the seven-step programme, small surveys."""
