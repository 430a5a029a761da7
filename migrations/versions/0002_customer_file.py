"""customer file"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('class_cadences',
    sa.Column('value_class', sa.String(length=1), nullable=False),
    sa.Column('ideal_days', sa.Integer(), nullable=False),
    sa.Column('latest_days', sa.Integer(), nullable=False),
    sa.CheckConstraint("value_class IN ('A', 'B', 'C', '-')", name=op.f('ck_class_cadences_value_class')),
    sa.CheckConstraint('0 < ideal_days AND ideal_days <= latest_days', name=op.f('ck_class_cadences_days')),
    sa.PrimaryKeyConstraint('value_class', name=op.f('pk_class_cadences'))
    )
    op.create_table('saved_mappings',
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_saved_mappings'))
    )
    op.create_table('services',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('words', sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('tags', sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('news_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_services')),
    sa.UniqueConstraint('name', name=op.f('uq_services_name'))
    )
    op.create_table('special_offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('for_whom', sa.String(length=120), server_default='', nullable=False),
    sa.Column('limit_count', sa.Integer(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('limit_count IS NULL OR limit_count > 0', name=op.f('ck_special_offers_limit_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_special_offers')),
    sa.UniqueConstraint('code', name=op.f('uq_special_offers_code'))
    )
    op.create_table('surveys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('intro', sa.Text(), server_default='', nullable=False),
    sa.Column('thanks', sa.Text(), server_default='', nullable=False),
    sa.Column('language', sa.String(length=5), server_default='de', nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys')),
    sqlite_autoincrement=True
    )
    op.create_table('value_totals',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('customers', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('turnover_12', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('classes', sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('curve', sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_value_totals_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_value_totals'))
    )
    op.create_table('change_sets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('origin_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['undoes_id'], ['change_sets.id'], name=op.f('fk_change_sets_undoes_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_change_sets_user_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_sets'))
    )
    with op.batch_alter_table('change_sets', schema=None) as batch_op:
        batch_op.create_index('ix_change_sets_kind_origin_id', ['kind', 'origin_id'], unique=False)

    op.create_table('survey_questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('choices', sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('bad_up_to', sa.String(length=200), server_default='', nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.CheckConstraint("kind IN ('scale', 'stars', 'yes_no', 'choice', 'words')", name=op.f('ck_survey_questions_kind')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_questions_survey_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_questions')),
    sa.UniqueConstraint('survey_id', 'position', name=op.f('uq_survey_questions_survey_id_position'))
    )
    op.create_table('changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('key', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_changes_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_id'], ['change_sets.id'], name=op.f('fk_changes_set_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_changes'))
    )
    with op.batch_alter_table('changes', schema=None) as batch_op:
        batch_op.create_index('ix_changes_company_id', ['company_id', 'id'], unique=False)
        batch_op.create_index('ix_changes_contact_id', ['contact_id', 'id'], unique=False)
        batch_op.create_index('ix_changes_set_id', ['set_id', 'id'], unique=False)

    op.create_table('contact_channels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=5), nullable=False),
    sa.Column('label', sa.String(length=6), nullable=False),
    sa.Column('value', sa.String(length=320), nullable=False),
    sa.Column('key', sa.String(length=320), nullable=False),
    sa.CheckConstraint("kind IN ('email', 'phone', 'web')", name=op.f('ck_contact_channels_kind')),
    sa.CheckConstraint("label IN ('work', 'home', 'mobile', 'fax', 'other')", name=op.f('ck_contact_channels_label')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_channels_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_channels')),
    sa.UniqueConstraint('contact_id', 'kind', 'key', name=op.f('uq_contact_channels_contact_id_kind_key'))
    )
    with op.batch_alter_table('contact_channels', schema=None) as batch_op:
        batch_op.create_index('ix_contact_channels_key', ['kind', 'key'], unique=False)

    op.create_table('contact_photos',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_photos_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_photos'))
    )
    with op.batch_alter_table('contact_photos', schema=None) as batch_op:
        batch_op.create_index('ix_contact_photos_contact_id', ['contact_id'], unique=False)

    op.create_table('duplicate_proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=9), server_default='open', nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'merged', 'dismissed')", name=op.f('ck_duplicate_proposals_state')),
    sa.CheckConstraint('one_id < other_id', name=op.f('ck_duplicate_proposals_order')),
    sa.ForeignKeyConstraint(['one_id'], ['contacts.id'], name=op.f('fk_duplicate_proposals_one_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['contacts.id'], name=op.f('fk_duplicate_proposals_other_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_proposals')),
    sa.UniqueConstraint('one_id', 'other_id', name=op.f('uq_duplicate_proposals_one_id_other_id'))
    )
    with op.batch_alter_table('duplicate_proposals', schema=None) as batch_op:
        batch_op.create_index('ix_duplicate_proposals_other_id', ['other_id'], unique=False)
        batch_op.create_index('ix_duplicate_proposals_state', ['state', 'score', 'id'], unique=False)

    op.create_table('import_kept',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_import_kept_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_import_kept_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_kept'))
    )
    with op.batch_alter_table('import_kept', schema=None) as batch_op:
        batch_op.create_index('ix_import_kept_contact_id', ['contact_id'], unique=False)
        batch_op.create_index('ix_import_kept_import_id', ['import_id', 'id'], unique=False)

    op.create_table('permissions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=6), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel IN ('mail', 'phone', 'letter')", name=op.f('ck_permissions_channel')),
    sa.CheckConstraint("what IN ('agreed', 'objected', 'existing_customer')", name=op.f('ck_permissions_what')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_permissions_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permissions'))
    )
    with op.batch_alter_table('permissions', schema=None) as batch_op:
        batch_op.create_index('ix_permissions_contact_id', ['contact_id'], unique=False)

    op.create_table('postal_addresses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('label', sa.String(length=5), nullable=False),
    sa.Column('street', sa.String(length=200), nullable=False),
    sa.Column('extra', sa.String(length=200), nullable=False),
    sa.Column('postcode', sa.String(length=20), nullable=False),
    sa.Column('city', sa.String(length=100), nullable=False),
    sa.Column('country', sa.String(length=100), nullable=False),
    sa.CheckConstraint("label IN ('work', 'home', 'other')", name=op.f('ck_postal_addresses_label')),
    sa.CheckConstraint('(contact_id IS NULL) <> (company_id IS NULL)', name=op.f('ck_postal_addresses_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_postal_addresses_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_postal_addresses_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_postal_addresses'))
    )
    with op.batch_alter_table('postal_addresses', schema=None) as batch_op:
        batch_op.create_index('ix_postal_addresses_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_postal_addresses_contact_id', ['contact_id'], unique=False)

    op.create_table('programme_steps',
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=12), nullable=False),
    sa.Column('note', sa.String(length=500), server_default='', nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("step IN ('reachable', 'friendly', 'responsible', 'eye_level', 'fitting', 'delight', 'activate')", name=op.f('ck_programme_steps_step')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_programme_steps_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('contact_id', 'step', name=op.f('pk_programme_steps'))
    )
    op.create_table('special_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('label', sa.String(length=200), server_default='', nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('month', sa.Integer(), nullable=True),
    sa.Column('day', sa.Integer(), nullable=True),
    sa.Column('is_yearly', sa.Boolean(), server_default=sa.text('(true)'), nullable=False),
    sa.CheckConstraint("kind IN ('birthday', 'founding', 'first_order', 'contract_end', 'other')", name=op.f('ck_special_days_kind')),
    sa.CheckConstraint('(month IS NULL) = (day IS NULL)', name=op.f('ck_special_days_day_of_month')),
    sa.CheckConstraint('contact_id IS NOT NULL OR company_id IS NOT NULL', name=op.f('ck_special_days_belongs')),
    sa.CheckConstraint('is_yearly OR (year IS NOT NULL AND month IS NOT NULL)', name=op.f('ck_special_days_once_is_whole')),
    sa.CheckConstraint('year IS NOT NULL OR month IS NOT NULL', name=op.f('ck_special_days_says_something')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_special_days_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_special_days_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_special_days'))
    )
    with op.batch_alter_table('special_days', schema=None) as batch_op:
        batch_op.create_index('ix_special_days_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_special_days_contact_id', ['contact_id'], unique=False)
        batch_op.create_index('ix_special_days_month_day', ['month', 'day'], unique=False)
        batch_op.create_index('uq_special_days_birthday', ['contact_id'], unique=True, sqlite_where=sa.text("kind = 'birthday'"), postgresql_where=sa.text("kind = 'birthday'"))
        batch_op.create_index('uq_special_days_founding', ['company_id'], unique=True, sqlite_where=sa.text("kind = 'founding'"), postgresql_where=sa.text("kind = 'founding'"))

    op.create_table('tasks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), server_default='', nullable=False),
    sa.Column('origin_id', sa.Integer(), nullable=True),
    sa.Column('step', sa.String(length=20), server_default='', nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('', 'complaint', 'thanks', 'promise', 'survey', 'request')", name=op.f('ck_tasks_kind')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_tasks_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_tasks_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_tasks_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['done_by_id'], ['users.id'], name=op.f('fk_tasks_done_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_tasks_user_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.create_index('ix_tasks_company_id', ['company_id'], unique=False)
        batch_op.create_index('ix_tasks_contact_id', ['contact_id'], unique=False)
        batch_op.create_index('ix_tasks_open', ['due_on', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    op.create_table('touchpoints',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), server_default='', nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=4), server_default='', nullable=False),
    sa.Column('led_to_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=100), server_default='', nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('call', 'letter', 'meeting', 'mail_out', 'mail_in', 'offer', 'order', 'gift', 'complaint', 'feedback', 'referral', 'survey', 'note')", name=op.f('ck_touchpoints_kind')),
    sa.CheckConstraint("state IN ('', 'open', 'won', 'lost')", name=op.f('ck_touchpoints_state')),
    sa.CheckConstraint('contact_id IS NOT NULL OR company_id IS NOT NULL', name=op.f('ck_touchpoints_belongs')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_touchpoints_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_touchpoints_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_touchpoints_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['led_to_id'], ['touchpoints.id'], name=op.f('fk_touchpoints_led_to_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_touchpoints'))
    )
    with op.batch_alter_table('touchpoints', schema=None) as batch_op:
        batch_op.create_index('ix_touchpoints_at', ['at', 'id'], unique=False)
        batch_op.create_index('ix_touchpoints_company_id', ['company_id', 'at', 'id'], unique=False)
        batch_op.create_index('ix_touchpoints_contact_id', ['contact_id', 'at', 'id'], unique=False)
        batch_op.create_index('ix_touchpoints_open_offers', ['at'], unique=False, sqlite_where=sa.text("kind = 'offer' AND state = 'open'"), postgresql_where=sa.text("kind = 'offer' AND state = 'open'"))
        batch_op.create_index('ix_touchpoints_orders', ['contact_id', 'at', 'amount'], unique=False, sqlite_where=sa.text("kind = 'order'"), postgresql_where=sa.text("kind = 'order'"))

    op.create_table('complaints',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('apology_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('solved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('surprise_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), server_default='', nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_complaints_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_complaints_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaints'))
    )
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.create_index('ix_complaints_contact_id', ['contact_id'], unique=False)
        batch_op.create_index('ix_complaints_open', ['reported_at'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('facts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('noted_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=200), server_default='', nullable=False),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('topic', 'project', 'interest', 'wish', 'promise', 'taboo')", name=op.f('ck_facts_kind')),
    sa.CheckConstraint('contact_id IS NOT NULL OR company_id IS NOT NULL', name=op.f('ck_facts_belongs')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['touchpoints.id'], name=op.f('fk_facts_closed_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_facts_company_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_facts_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_facts_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_facts_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_facts'))
    )
    with op.batch_alter_table('facts', schema=None) as batch_op:
        batch_op.create_index('ix_facts_company_id', ['company_id', 'noted_on', 'id'], unique=False)
        batch_op.create_index('ix_facts_contact_id', ['contact_id', 'noted_on', 'id'], unique=False)
        batch_op.create_index('ix_facts_noted_on', ['noted_on', 'id'], unique=False)
        batch_op.create_index('ix_facts_open', ['kind', 'noted_on'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('redemptions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('special_offer_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_redemptions_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['special_offer_id'], ['special_offers.id'], name=op.f('fk_redemptions_special_offer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_redemptions_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemptions')),
    sa.UniqueConstraint('special_offer_id', 'contact_id', name=op.f('uq_redemptions_special_offer_id_contact_id'))
    )
    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.create_index('ix_redemptions_contact_id', ['contact_id'], unique=False)

    op.create_table('referrals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('referrer_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=300), server_default='', nullable=False),
    sa.Column('referred_on', sa.Date(), nullable=False),
    sa.Column('thanked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('contact_id IS NULL OR contact_id <> referrer_id', name=op.f('ck_referrals_not_oneself')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_referrals_contact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['referrer_id'], ['contacts.id'], name=op.f('fk_referrals_referrer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_referrals_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals')),
    sa.UniqueConstraint('referrer_id', 'contact_id', name=op.f('uq_referrals_referrer_id_contact_id'))
    )
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.create_index('ix_referrals_contact_id', ['contact_id'], unique=False)

    op.create_table('gifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=7), server_default='idea', nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('given_on', sa.Date(), nullable=True),
    sa.Column('liked', sa.Boolean(), nullable=True),
    sa.Column('fact_id', sa.Integer(), nullable=True),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'given') = (given_on IS NOT NULL)", name=op.f('ck_gifts_given_has_a_day')),
    sa.CheckConstraint("state IN ('idea', 'given', 'dropped')", name=op.f('ck_gifts_state')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_gifts_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['fact_id'], ['facts.id'], name=op.f('fk_gifts_fact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_gifts_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gifts'))
    )
    with op.batch_alter_table('gifts', schema=None) as batch_op:
        batch_op.create_index('ix_gifts_contact_id', ['contact_id'], unique=False)

    op.create_table('survey_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('is_bad', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=True),
    sa.Column('touchpoint_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.id'], name=op.f('fk_survey_answers_complaint_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_survey_answers_contact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_answers_survey_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_survey_answers_touchpoint_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_answers')),
    sa.UniqueConstraint('survey_id', 'contact_id', name=op.f('uq_survey_answers_survey_id_contact_id'))
    )
    with op.batch_alter_table('survey_answers', schema=None) as batch_op:
        batch_op.create_index('ix_survey_answers_contact_id', ['contact_id'], unique=False)

    with op.batch_alter_table('companies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('legal_form', sa.String(length=50), server_default='', nullable=False))
        batch_op.add_column(sa.Column('register_number', sa.String(length=100), server_default='', nullable=False))
        batch_op.add_column(sa.Column('phone', sa.String(length=50), server_default='', nullable=False))
        batch_op.add_column(sa.Column('aliases', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('former_names', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('domains', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('competitors', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('customer_since', sa.Date(), nullable=True))

    _widen_contacts()
    _make_searchable()

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=4), server_default='csv', nullable=False))
        batch_op.add_column(sa.Column('sheets', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('sheet', sa.String(length=100), server_default='', nullable=False))
        batch_op.add_column(sa.Column('product', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('more_list_ids', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('left_before', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('suppressed', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('tries', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('undo_state', sa.String(length=7), server_default='', nullable=False))
        batch_op.add_column(sa.Column('restored', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar_version', sa.Integer(), server_default=sa.text('1'), nullable=False))


def _widen_contacts() -> None:
    """Column by column: Alembic would copy the table on SQLite, and dropping the old one takes everything that
    points to it along."""
    for column in (
        "role VARCHAR(100) DEFAULT '' NOT NULL",
        "letter_greeting VARCHAR(200) DEFAULT '' NOT NULL",
        "owner_id INTEGER CONSTRAINT fk_contacts_owner_id REFERENCES users (id) ON DELETE SET NULL",
        "photo_id INTEGER",
        f"verified_at {_moment()}",
        "name_doubt SMALLINT",
        "name_dismissed JSON DEFAULT '[]' NOT NULL",
        "stage_by_hand BOOLEAN DEFAULT false NOT NULL",
        f"muted_at {_moment()}",
        "paused_until DATE",
        f"deceased_at {_moment()}",
        "cadence_ideal INTEGER",
        "cadence_latest INTEGER",
        "gone VARCHAR(6) DEFAULT '' NOT NULL CONSTRAINT ck_contacts_gone CHECK (gone IN ('', 'merged', 'erased'))",
        "merged_into_id INTEGER CONSTRAINT fk_contacts_merged_into_id REFERENCES contacts (id) ON DELETE CASCADE",
        "value_class VARCHAR(1) DEFAULT '' NOT NULL "
        "CONSTRAINT ck_contacts_value_class CHECK (value_class IN ('', 'A', 'B', 'C'))",
        "value_rank INTEGER",
        "value_share INTEGER",
        "turnover_12 BIGINT DEFAULT 0 NOT NULL",
        "turnover_before BIGINT DEFAULT 0 NOT NULL",
        "turnover_36 BIGINT DEFAULT 0 NOT NULL",
        f"last_contact_at {_moment()}",
        "due_on DATE",
    ):
        op.execute(f"ALTER TABLE contacts ADD COLUMN {column}")
    op.execute("CREATE INDEX ix_contacts_due_on ON contacts (due_on, id) WHERE due_on IS NOT NULL")
    op.execute("CREATE INDEX ix_contacts_value_rank ON contacts (value_rank) WHERE value_rank IS NOT NULL")
    op.execute("CREATE INDEX ix_contacts_name_unchecked ON contacts (id) WHERE name_doubt IS NULL")
    op.execute(
        "CREATE INDEX ix_contacts_name_doubt ON contacts (name_doubt, id) WHERE name_doubt >= 30 AND verified_at IS NULL"
    )
    op.execute(
        "CREATE INDEX ix_contacts_merged_into_id ON contacts (merged_into_id) WHERE merged_into_id IS NOT NULL"
    )
    # Until now every stage was a person's word.
    op.execute("UPDATE contacts SET stage_by_hand = true WHERE stage <> 'prospect'")


def _moment() -> str:
    return "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"


def _make_searchable() -> None:
    """The words of facts and touchpoints: FTS5 tables kept by triggers, or a generated tsvector. See search.py."""
    for table in ("facts", "touchpoints"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE VIRTUAL TABLE {table}_search USING fts5(text, content='{table}', content_rowid='id', "
                "tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3')"
            )
            add = f"INSERT INTO {table}_search (rowid, text) VALUES (new.id, new.text)"
            take = f"INSERT INTO {table}_search ({table}_search, rowid, text) VALUES ('delete', old.id, old.text)"
            op.execute(f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN {add}; END")
            op.execute(f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN {take}; END")
            op.execute(
                f"CREATE TRIGGER {table}_search_update AFTER UPDATE OF text ON {table} BEGIN {take}; {add}; END"
            )
        else:
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', "
                "translate(lower(text), 'äöüáàâãåéèêëíìîïóòôõúùûñçşğıčćžšřěýł', "
                "'aouaaaaaeeeeiiiioooouuuncsgicczsreyl'))) STORED"
            )
            op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)")
    if op.get_bind().dialect.name == "sqlite":
        return  # ten thousand names are read at once
    for table, words in (
        ("contacts", "last_name || ' ' || first_name || ' ' || coalesce(email_key, '') || ' ' || city"),
        ("companies", "name || ' ' || city"),
    ):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', "
            f"translate(lower({words}), 'äöüáàâãåéèêëíìîïóòôõúùûñçşğıčćžšřěýł@.-_+&/', "
            "'aouaaaaaeeeeiiiioooouuuncsgicczsreyl       '))) STORED"
        )
        op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)")
