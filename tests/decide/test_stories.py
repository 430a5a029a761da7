"""One story, one suggestion: copies and repeats are found, different news are kept apart."""

from __future__ import annotations

from datetime import date, timedelta

from feeds.stories import Stories, alike
from feeds.texts import Article

DAY = date(2026, 11, 18)
LONG = (
    "Das Ulmer Unternehmen Hansen Technik hat am Dienstag einen neuen Standort in Leipzig eröffnet. Zur Feier kamen rund "
    "zweihundert Gäste aus Politik und Wirtschaft. In der neuen Halle entstehen Pumpen für die Medizintechnik."
)


def place(stories: Stories, title: str, kind: str | None, *, days: int = 0, text: str = "", subject: str = "h") -> str:
    return stories.place(subject, Article("a", title, text), kind, DAY + timedelta(days=days))


def test_the_same_kind_within_a_week_is_one_story() -> None:
    stories = Stories()
    first = place(stories, "Hansen eröffnet in Leipzig", "new_site")
    assert place(stories, "Neue Halle für Pumpen", "new_site", days=6) == first
    assert place(stories, "Ganz andere Worte", "new_site", days=20) != first


def test_the_order_of_feeds_does_not_matter() -> None:
    early, late = Stories(), Stories()
    one = [place(early, "A bei Hansen", "award", days=0), place(early, "B bei Hansen", "award", days=2)]
    two = [place(late, "B bei Hansen", "award", days=2), place(late, "A bei Hansen", "award", days=0)]
    assert len(set(one)) == len(set(two)) == 1


def test_the_same_article_in_two_runs_has_the_same_story() -> None:
    assert place(Stories(), "Hansen gewinnt Preis", "award") == place(Stories(), "Hansen gewinnt Preis", "award")


def test_other_kinds_and_other_subjects_are_other_stories() -> None:
    stories = Stories()
    first = place(stories, "Hansen Technik baut um", "new_site")
    assert place(stories, "Hansen Technik baut um", "layoffs") != first
    assert place(stories, "Hansen Technik baut um", "new_site", subject="m") != first


def test_an_agency_copy_under_another_headline_is_the_same_story() -> None:
    stories = Stories()
    first = place(stories, "Neuer Standort", None, text=LONG)
    assert (
        place(stories, "Halle in Leipzig", None, text=LONG + " Mehr dazu in der Zeitung von morgen.", days=20) == first
    )
    assert (
        place(stories, "Etwas anderes", None, text="Ein ganz anderer Text über das Wetter in den Bergen und am Meer.")
        != first
    )


def test_a_mention_without_an_event_joins_only_its_like() -> None:
    stories = Stories()
    first = place(stories, "Hansen Technik im Gespräch über Pumpen", None)
    assert place(stories, "Das Wetter bleibt schön am Bodensee", None) != first


def test_headlines_are_compared_without_their_dress() -> None:
    assert alike("ROUNDUP 2: Hansen eröffnet Werk in Leipzig", "Hansen eröffnet Werk in Leipzig - Südkurier")
    assert alike("RT @zeitung: Hansen eröffnet Werk https://t.co/abc", "Hansen eröffnet Werk https://t.co/xyz")
    assert not alike("Hansen eröffnet Werk in Leipzig", "Hansen schließt Werk in Dresden")


def test_what_is_remembered_is_bounded() -> None:
    stories = Stories(subjects_most=100)
    for number in range(5000):
        place(stories, f"Meldung {number}", "award", days=40 * (number % 50), subject=f"s{number % 500}")
    assert len(stories) <= 100 * 12
