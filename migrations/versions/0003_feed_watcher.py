"""The feed watcher: feeds, entries, watches, matches; occasions, what was learned, stop flags, fairs, seasons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('fairs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('link', sa.String(length=1000), nullable=False),
    sa.Column('uid', sa.String(length=700), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_fairs_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fairs')),
    sa.UniqueConstraint('uid', name=op.f('uq_fairs_uid'))
    )
    with op.batch_alter_table('fairs', schema=None) as batch_op:
        batch_op.create_index('ix_fairs_starts_on', ['starts_on'], unique=False)

    op.create_table('feed_domain_pauses',
    sa.Column('domain', sa.String(length=255), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('domain', name=op.f('pk_feed_domain_pauses'))
    )
    op.create_table('stories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('marks', sa.JSON(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('articles', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stories')),
    sa.UniqueConstraint('subject', 'number', name=op.f('uq_stories_subject_number'))
    )
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.create_index('ix_stories_subject_last_at', ['subject', 'last_at'], unique=False)

    op.create_table('watch_marks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('is_whole', sa.Boolean(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_watch_marks_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_marks'))
    )
    op.create_table('fair_exhibitors',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fair_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('stand', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_fair_exhibitors_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['fair_id'], ['fairs.id'], name=op.f('fk_fair_exhibitors_fair_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_exhibitors')),
    sa.UniqueConstraint('fair_id', 'company_id', name=op.f('uq_fair_exhibitors_fair_id_company_id'))
    )
    with op.batch_alter_table('fair_exhibitors', schema=None) as batch_op:
        batch_op.create_index('ix_fair_exhibitors_company_id', ['company_id'], unique=False)

    op.create_table('feeds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=1000), nullable=False),
    sa.Column('domain', sa.String(length=255), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('own_title', sa.String(length=300), nullable=False),
    sa.Column('site', sa.String(length=1000), nullable=False),
    sa.Column('format', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=6), nullable=False),
    sa.Column('etag', sa.String(length=1000), nullable=False),
    sa.Column('last_modified', sa.String(length=200), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('parser', sa.Integer(), nullable=False),
    sa.Column('next_check_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_check_why', sa.String(length=30), nullable=False),
    sa.Column('next_check_values', sa.JSON(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('own_minutes', sa.Integer(), nullable=False),
    sa.Column('fixed_minutes', sa.Integer(), nullable=True),
    sa.Column('quiet_checks', sa.Integer(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('error_kind', sa.String(length=30), nullable=False),
    sa.Column('error_values', sa.JSON(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('moved_to', sa.String(length=1000), nullable=False),
    sa.Column('moved_seen', sa.Integer(), nullable=False),
    sa.Column('moved_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('moved_from', sa.String(length=1000), nullable=False),
    sa.Column('checks', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('bytes_read', sa.BigInteger(), nullable=False),
    sa.Column('bytes_saved', sa.BigInteger(), nullable=False),
    sa.Column('last_size', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('feed', 'search', 'calendar')", name=op.f('ck_feeds_kind')),
    sa.CheckConstraint("state IN ('active', 'paused', 'gone')", name=op.f('ck_feeds_state')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_feeds_created_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feeds')),
    sa.UniqueConstraint('address', name=op.f('uq_feeds_address'))
    )
    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.create_index('ix_feeds_domain', ['domain'], unique=False)
        batch_op.create_index('ix_feeds_next_check_at', ['next_check_at', 'id'], unique=False, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))

    op.create_table('seasons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('month', sa.SmallInteger(), nullable=False),
    sa.Column('day', sa.SmallInteger(), nullable=False),
    sa.Column('lead_days', sa.SmallInteger(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('day BETWEEN 1 AND 31', name=op.f('ck_seasons_day')),
    sa.CheckConstraint('lead_days BETWEEN 0 AND 90', name=op.f('ck_seasons_lead_days')),
    sa.CheckConstraint('month BETWEEN 1 AND 12', name=op.f('ck_seasons_month')),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_seasons_tag_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seasons'))
    )
    with op.batch_alter_table('seasons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seasons_tag_id'), ['tag_id'], unique=False)

    op.create_table('source_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=7), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('outcomes', sa.JSON(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f('ck_source_imports_state')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_source_imports_created_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_imports'))
    )
    op.create_table('feed_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed_id', sa.Integer(), nullable=False),
    sa.Column('identity', sa.String(length=64), nullable=False),
    sa.Column('guid', sa.String(length=500), nullable=False),
    sa.Column('link', sa.String(length=2000), nullable=False),
    sa.Column('link_key', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('excerpt', sa.String(length=250), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_dated', sa.Boolean(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('full_text', sa.String(length=7), nullable=False),
    sa.CheckConstraint("full_text IN ('', 'wanted', 'read', 'refused')", name=op.f('ck_feed_entries_full_text')),
    sa.ForeignKeyConstraint(['feed_id'], ['feeds.id'], name=op.f('fk_feed_entries_feed_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_entries')),
    sa.UniqueConstraint('feed_id', 'identity', name=op.f('uq_feed_entries_feed_id_identity'))
    )
    with op.batch_alter_table('feed_entries', schema=None) as batch_op:
        batch_op.create_index('ix_feed_entries_feed_id_first_seen_at', ['feed_id', 'first_seen_at'], unique=False)
        batch_op.create_index('ix_feed_entries_first_seen_at', ['first_seen_at'], unique=False)
        batch_op.create_index('ix_feed_entries_full_text', ['id'], unique=False, sqlite_where=sa.text("full_text = 'wanted'"), postgresql_where=sa.text("full_text = 'wanted'"))

    op.create_table('feed_subjects',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('relation', sa.String(length=8), nullable=False),
    sa.CheckConstraint("relation IN ('own', 'search', 'industry')", name=op.f('ck_feed_subjects_relation')),
    sa.CheckConstraint('(company_id IS NULL) <> (contact_id IS NULL)', name=op.f('ck_feed_subjects_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_feed_subjects_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_feed_subjects_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['feed_id'], ['feeds.id'], name=op.f('fk_feed_subjects_feed_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_subjects')),
    sa.UniqueConstraint('feed_id', 'company_id', name=op.f('uq_feed_subjects_feed_id_company_id')),
    sa.UniqueConstraint('feed_id', 'contact_id', name=op.f('uq_feed_subjects_feed_id_contact_id'))
    )
    with op.batch_alter_table('feed_subjects', schema=None) as batch_op:
        batch_op.create_index('ix_feed_subjects_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_feed_subjects_contact_id', ['contact_id'], unique=False)

    op.create_table('occasion_lessons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_name', sa.String(length=200), nullable=False),
    sa.Column('rule', sa.String(length=5), nullable=False),
    sa.Column('dismissals', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("rule IN ('note', 'never')", name=op.f('ck_occasion_lessons_rule')),
    sa.CheckConstraint('contact_id IS NOT NULL OR company_id IS NOT NULL', name=op.f('ck_occasion_lessons_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_occasion_lessons_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_occasion_lessons_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_occasion_lessons_created_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occasion_lessons'))
    )
    with op.batch_alter_table('occasion_lessons', schema=None) as batch_op:
        batch_op.create_index('ix_occasion_lessons_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_occasion_lessons_contact_id', ['contact_id'], unique=False)

    op.create_table('occasions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_name', sa.String(length=200), nullable=False),
    sa.Column('origin_id', sa.Integer(), nullable=True),
    sa.Column('story', sa.String(length=60), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('polarity', sa.Integer(), nullable=False),
    sa.Column('certainty', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('headline', sa.String(length=300), nullable=False),
    sa.Column('quote', sa.String(length=250), nullable=False),
    sa.Column('link', sa.String(length=2000), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('held_by', sa.String(length=30), nullable=False),
    sa.Column('held_values', sa.JSON(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('snoozed_until', sa.Date(), nullable=True),
    sa.Column('suggested_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decision', sa.String(length=20), nullable=False),
    sa.Column('remark', sa.String(length=300), nullable=False),
    sa.CheckConstraint("certainty IN ('sure', 'unsure')", name=op.f('ck_occasions_certainty')),
    sa.CheckConstraint("state IN ('open', 'note', 'unsure', 'held', 'snoozed', 'dismissed', 'done', 'expired')", name=op.f('ck_occasions_state')),
    sa.CheckConstraint('contact_id IS NOT NULL OR company_id IS NOT NULL', name=op.f('ck_occasions_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_occasions_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_occasions_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_occasions_decided_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occasions')),
    sa.UniqueConstraint('key', name=op.f('uq_occasions_key'))
    )
    with op.batch_alter_table('occasions', schema=None) as batch_op:
        batch_op.create_index('ix_occasions_company_id', ['company_id', 'id'], unique=False)
        batch_op.create_index('ix_occasions_contact_id', ['contact_id', 'id'], unique=False)
        batch_op.create_index('ix_occasions_expires_on', ['expires_on'], unique=False, sqlite_where=sa.text("state IN ('open', 'note', 'unsure', 'held', 'snoozed')"), postgresql_where=sa.text("state IN ('open', 'note', 'unsure', 'held', 'snoozed')"))
        batch_op.create_index('ix_occasions_origin_id', ['origin_id'], unique=False)
        batch_op.create_index('ix_occasions_state_score', ['state', 'score', 'id'], unique=False)

    op.create_table('stops',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('reach', sa.String(length=10), nullable=False),
    sa.Column('newsletters', sa.Boolean(), nullable=False),
    sa.Column('since_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('headline', sa.String(length=300), nullable=False),
    sa.Column('quote', sa.String(length=250), nullable=False),
    sa.Column('link', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("reach IN ('marketing', 'positive', 'promotions', 'person')", name=op.f('ck_stops_reach')),
    sa.CheckConstraint('company_id IS NOT NULL OR contact_id IS NOT NULL', name=op.f('ck_stops_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_stops_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_stops_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lifted_by'], ['users.id'], name=op.f('fk_stops_lifted_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stops'))
    )
    with op.batch_alter_table('stops', schema=None) as batch_op:
        batch_op.create_index('ix_stops_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_stops_contact_id', ['contact_id'], unique=False)
        batch_op.create_index('uq_stops_company', ['company_id', 'kind'], unique=True, sqlite_where=sa.text('lifted_at IS NULL AND contact_id IS NULL'), postgresql_where=sa.text('lifted_at IS NULL AND contact_id IS NULL'))
        batch_op.create_index('uq_stops_contact', ['contact_id', 'kind'], unique=True, sqlite_where=sa.text('lifted_at IS NULL AND contact_id IS NOT NULL'), postgresql_where=sa.text('lifted_at IS NULL AND contact_id IS NOT NULL'))

    op.create_table('watches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=400), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('forms', sa.JSON(), nullable=False),
    sa.Column('refused_forms', sa.JSON(), nullable=False),
    sa.Column('required', sa.JSON(), nullable=False),
    sa.Column('excluded', sa.JSON(), nullable=False),
    sa.Column('is_medium', sa.Boolean(), nullable=False),
    sa.Column('origin', sa.String(length=6), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('company', 'person', 'competitor', 'topic', 'wish', 'fair')", name=op.f('ck_watches_kind')),
    sa.CheckConstraint("origin IN ('file', 'person')", name=op.f('ck_watches_origin')),
    sa.CheckConstraint('company_id IS NOT NULL OR contact_id IS NOT NULL', name=op.f('ck_watches_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_watches_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_watches_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watches')),
    sa.UniqueConstraint('key', name=op.f('uq_watches_key'))
    )
    with op.batch_alter_table('watches', schema=None) as batch_op:
        batch_op.create_index('ix_watches_changed_at', ['changed_at', 'id'], unique=False)
        batch_op.create_index('ix_watches_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_watches_contact_id', ['contact_id'], unique=False)

    op.create_table('feed_entry_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('excerpt', sa.String(length=250), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['feed_entries.id'], name=op.f('fk_feed_entry_versions_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_entry_versions'))
    )
    with op.batch_alter_table('feed_entry_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feed_entry_versions_entry_id'), ['entry_id'], unique=False)

    op.create_table('matches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('watch_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('relation', sa.String(length=10), nullable=False),
    sa.Column('form', sa.String(length=300), nullable=False),
    sa.Column('certainty', sa.String(length=6), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=True),
    sa.Column('polarity', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=7), nullable=False),
    sa.Column('quote', sa.String(length=250), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=True),
    sa.Column('verdict', sa.String(length=5), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("certainty IN ('sure', 'unsure')", name=op.f('ck_matches_certainty')),
    sa.CheckConstraint("decision IN ('draft', 'note', 'silence', 'letter')", name=op.f('ck_matches_decision')),
    sa.CheckConstraint("relation IN ('own', 'competitor', 'person', 'topic')", name=op.f('ck_matches_relation')),
    sa.CheckConstraint("verdict IN ('', 'wrong', 'right')", name=op.f('ck_matches_verdict')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_matches_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_matches_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['feed_entries.id'], name=op.f('fk_matches_entry_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_matches_story_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['watch_id'], ['watches.id'], name=op.f('fk_matches_watch_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matches')),
    sa.UniqueConstraint('entry_id', 'subject', name=op.f('uq_matches_entry_id_subject'))
    )
    with op.batch_alter_table('matches', schema=None) as batch_op:
        batch_op.create_index('ix_matches_company_id', ['company_id', 'published_at'], unique=False)
        batch_op.create_index('ix_matches_contact_id', ['contact_id', 'published_at'], unique=False)
        batch_op.create_index('ix_matches_story_id', ['story_id'], unique=False)
        batch_op.create_index('ix_matches_watch_id', ['watch_id'], unique=False)
