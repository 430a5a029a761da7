"""The pages of the ground floor, and what every page of every floor is built with. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint

# more pages of `contacts`, `companies` and `settings`
from outreach.web import (  # noqa: F401, I001
    calendar,
    card_days,
    card_entries,
    card_facts,
    card_pages,
    card_person,
    care,
    care_offers,
    care_person,
    changes,
    companies,
    consents,
    contacts,
    door,
    duplicates,
    exports,
    imports,
    letter_pdf,
    merge,
    names,
    occasion_dates,
    occasions,
    outbox,
    public,
    quick,
    search,
    services,
    settings,
    settings_house,
    settings_lists,
    settings_people,
    survey_answer,
    surveys,
    tags,
    tasks,
    value,
    week,
    week_care,
    week_occasions,
)


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return [
        door.pages,
        week.pages,
        contacts.pages,
        companies.pages,
        changes.pages,
        tags.pages,
        imports.pages,
        duplicates.pages,
        exports.pages,
        outbox.pages,
        public.pages,
        names.pages,
        merge.pages,
        value.pages,
        quick.pages,
        search.pages,
        tasks.pages,
        care.pages,
        services.pages,
        surveys.pages,
        calendar.pages,
        occasions.bp,
        letter_pdf.bp,
        settings.pages,
    ]
