"""Contacts: the people in the customer file. Never "lead" or "customer".

rows       people, tags, custom fields          addresses  what may stand in a header
fields     what the own fields may hold         custom     fields an installation added
store      one contact: make, change, forget    tags       words contacts are marked with
pages      many contacts: search, sort, pages
"""

from outreach.contacts.addresses import address_hash, address_key, clean_address
from outreach.contacts.fields import ContactFields
from outreach.contacts.pages import ContactLine, list_page
from outreach.contacts.rows import Contact, ContactTag, CustomField, Stage, Tag
from outreach.contacts.store import Person, by_address, create, delete, display_name, get, person, update

__all__ = [
    "Contact",
    "ContactFields",
    "ContactLine",
    "ContactTag",
    "CustomField",
    "Person",
    "Stage",
    "Tag",
    "address_hash",
    "address_key",
    "by_address",
    "clean_address",
    "create",
    "delete",
    "display_name",
    "get",
    "list_page",
    "person",
    "update",
]
