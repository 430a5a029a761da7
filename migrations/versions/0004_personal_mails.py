"""Personal mails: mailboxes, drafts, what comes back; deliveries of letters; the digest and the red button."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('hooks',
    sa.Column('provider', sa.String(length=10), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint('provider', name=op.f('pk_hooks'))
    )
    op.create_table('letter_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('form', sa.String(length=6), nullable=False),
    sa.Column('variant', sa.SmallInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_letter_versions_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_versions')),
    sa.UniqueConstraint('kind', 'form', 'variant', 'number', name=op.f('uq_letter_versions_kind_form_variant_number'))
    )
    op.create_table('mailboxes',
    sa.Column('sender_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('smtp_host', sa.String(length=253), nullable=False),
    sa.Column('smtp_port', sa.Integer(), nullable=False),
    sa.Column('smtp_security', sa.String(length=8), nullable=False),
    sa.Column('smtp_user', sa.String(length=320), nullable=False),
    sa.Column('smtp_password', sa.Text(), nullable=False),
    sa.Column('imap_host', sa.String(length=253), nullable=False),
    sa.Column('imap_port', sa.Integer(), nullable=False),
    sa.Column('imap_security', sa.String(length=8), nullable=False),
    sa.Column('imap_user', sa.String(length=320), nullable=False),
    sa.Column('imap_password', sa.Text(), nullable=False),
    sa.Column('carries_newsletters', sa.Boolean(), nullable=False),
    sa.Column('files_sent', sa.Boolean(), nullable=False),
    sa.Column('sent_folder', sa.String(length=200), nullable=False),
    sa.Column('days_back', sa.Integer(), nullable=False),
    sa.Column('writes_html', sa.Boolean(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('imprint', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('shows_imprint', sa.Boolean(), nullable=False),
    sa.Column('per_day', sa.Integer(), nullable=False),
    sa.Column('gap_seconds', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.String(length=5), nullable=False),
    sa.Column('closes_at', sa.String(length=5), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('weekdays', sa.String(length=7), nullable=False),
    sa.Column('region', sa.String(length=20), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counted_on', sa.Date(), nullable=True),
    sa.Column('sent_today', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('broken_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('look_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('listened_by', sa.String(length=32), nullable=False),
    sa.Column('listened_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('look_failures', sa.Integer(), nullable=False),
    sa.Column('look_trouble', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("imap_security IN ('', 'starttls', 'tls')", name=op.f('ck_mailboxes_imap_security')),
    sa.CheckConstraint("smtp_security IN ('', 'starttls', 'tls')", name=op.f('ck_mailboxes_smtp_security')),
    sa.CheckConstraint('gap_seconds BETWEEN 0 AND 3600', name=op.f('ck_mailboxes_gap_seconds')),
    sa.CheckConstraint('per_day BETWEEN 1 AND 500', name=op.f('ck_mailboxes_per_day')),
    sa.ForeignKeyConstraint(['sender_id'], ['senders.id'], name=op.f('fk_mailboxes_sender_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mailboxes_user_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('sender_id', name=op.f('pk_mailboxes'))
    )
    with op.batch_alter_table('mailboxes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mailboxes_look_at'), ['look_at'], unique=False)

    op.create_table('mailbox_folders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=False),
    sa.Column('folder', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=5), nullable=False),
    sa.Column('uidvalidity', sa.BigInteger(), nullable=True),
    sa.Column('last_uid', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("role IN ('inbox', 'sent')", name=op.f('ck_mailbox_folders_role')),
    sa.ForeignKeyConstraint(['sender_id'], ['mailboxes.sender_id'], name=op.f('fk_mailbox_folders_sender_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox_folders')),
    sa.UniqueConstraint('sender_id', 'folder', name=op.f('uq_mailbox_folders_sender_id_folder'))
    )
    op.create_table('bounces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(length=32), nullable=False),
    sa.Column('address_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('hard', 'soft', 'block', 'spam_report')", name=op.f('ck_bounces_kind')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_bounces_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_bounces_delivery_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bounces')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_bounces_fingerprint'))
    )
    with op.batch_alter_table('bounces', schema=None) as batch_op:
        batch_op.create_index('ix_bounces_address_hash', ['address_hash', 'at'], unique=False)
        batch_op.create_index('ix_bounces_delivery_id', ['delivery_id'], unique=False)

    op.create_table('drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('occasion_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('form', sa.String(length=6), nullable=False),
    sa.Column('variant', sa.SmallInteger(), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('to_address', sa.String(length=320), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('first_subject', sa.Text(), nullable=False),
    sa.Column('first_text', sa.Text(), nullable=False),
    sa.Column('sentences', sa.JSON(), nullable=False),
    sa.Column('confirmed', sa.JSON(), nullable=False),
    sa.Column('blocked', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('fact_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('improving', sa.String(length=6), nullable=False),
    sa.Column('improving_note', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('not_before', sa.Date(), nullable=True),
    sa.Column('send_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('own_share', sa.SmallInteger(), nullable=True),
    sa.Column('follow_up_days', sa.SmallInteger(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned', sa.String(length=30), nullable=False),
    sa.Column('returned_values', sa.JSON(), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('in_reply_to', sa.String(length=998), nullable=False),
    sa.Column('references', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('service', 'relationship', 'advertising')", name=op.f('ck_drafts_purpose')),
    sa.CheckConstraint("state <> 'approved' OR (fingerprint <> '' AND approved_at IS NOT NULL AND delivery_id IS NOT NULL)", name=op.f('ck_drafts_approved_has_proof')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'sent', 'closed')", name=op.f('ck_drafts_state')),
    sa.ForeignKeyConstraint(['approved_by'], ['users.id'], name=op.f('fk_drafts_approved_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_drafts_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_drafts_delivery_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['occasion_id'], ['occasions.id'], name=op.f('fk_drafts_occasion_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sender_id'], ['senders.id'], name=op.f('fk_drafts_sender_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sa.UniqueConstraint('occasion_id', name=op.f('uq_drafts_occasion_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.create_index('ix_drafts_contact_id', ['contact_id', 'id'], unique=False)
        batch_op.create_index('ix_drafts_delivery_id', ['delivery_id'], unique=False)
        batch_op.create_index('ix_drafts_sent_at', ['sent_at'], unique=False, sqlite_where=sa.text('sent_at IS NOT NULL'), postgresql_where=sa.text('sent_at IS NOT NULL'))
        batch_op.create_index('ix_drafts_state', ['state', 'id'], unique=False)

    op.create_table('incoming_mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(length=32), nullable=False),
    sa.Column('message_id', sa.String(length=998), nullable=False),
    sa.Column('references', sa.Text(), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('subject', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('matched_by', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=14), nullable=False),
    sa.Column('sub', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('waits_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_how', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_incoming_mails_direction')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_incoming_mails_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_incoming_mails_delivery_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sender_id'], ['mailboxes.sender_id'], name=op.f('fk_incoming_mails_sender_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_incoming_mails_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_mails')),
    sa.UniqueConstraint('sender_id', 'fingerprint', name=op.f('uq_incoming_mails_sender_id_fingerprint'))
    )
    with op.batch_alter_table('incoming_mails', schema=None) as batch_op:
        batch_op.create_index('ix_incoming_mails_at', ['at'], unique=False)
        batch_op.create_index('ix_incoming_mails_contact_id', ['contact_id', 'at'], unique=False)
        batch_op.create_index('ix_incoming_mails_delivery_id', ['delivery_id'], unique=False)
        batch_op.create_index('ix_incoming_mails_waiting', ['at', 'id'], unique=False, sqlite_where=sa.text('waits_since IS NOT NULL AND answered_at IS NULL'), postgresql_where=sa.text('waits_since IS NOT NULL AND answered_at IS NULL'))

    op.create_table('draft_attachments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['drafts.id'], name=op.f('fk_draft_attachments_draft_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_attachments'))
    )
    with op.batch_alter_table('draft_attachments', schema=None) as batch_op:
        batch_op.create_index('ix_draft_attachments_draft_id', ['draft_id', 'id'], unique=False)

    op.create_table('draft_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('to_address', sa.String(length=320), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_draft_versions_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['draft_id'], ['drafts.id'], name=op.f('fk_draft_versions_draft_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_versions')),
    sa.UniqueConstraint('draft_id', 'number', name=op.f('uq_draft_versions_draft_id_number'))
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('draft_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('purpose', sa.String(length=12), server_default='', nullable=False))
        batch_op.create_index('uq_deliveries_draft_id', ['draft_id'], unique=True, sqlite_where=sa.text("draft_id IS NOT NULL AND state IN ('ready', 'claimed', 'sending', 'sent', 'unsure')"), postgresql_where=sa.text("draft_id IS NOT NULL AND state IN ('ready', 'claimed', 'sending', 'sent', 'unsure')"))

    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sending_paused_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest_at', sa.String(length=5), server_default='07:30', nullable=False))
        batch_op.add_column(sa.Column('digest_on', sa.Date(), nullable=True))
    _allow_personal_deliveries()


def _allow_personal_deliveries() -> None:
    """Deliveries may be personal mails.

    SQLite cannot change a constraint, and the table is too large and too often pointed at to be made anew; its
    documentation (ALTER TABLE, section 7) names this way for constraints that only become wider.
    """
    was = "kind IN ('newsletter', 'test', 'confirm', 'system')"
    now = "kind IN ('newsletter', 'personal', 'test', 'confirm', 'system')"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_deliveries_kind"), "deliveries", type_="check")
        op.create_check_constraint(op.f("ck_deliveries_kind"), "deliveries", now)
        return
    op.execute("PRAGMA writable_schema = ON")
    op.get_bind().execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :was, :now) WHERE type = 'table' AND name = 'deliveries'"),
        {"was": was, "now": now},
    )
    op.execute("PRAGMA writable_schema = RESET")
