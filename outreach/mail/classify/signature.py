"""A person's words without what stands below every mail: the signature, "sent from my phone", disclaimers. Pure.

The closing formula belongs to the signature; a postscript does not, for people put what matters there.
"""

from __future__ import annotations

import re


def removed(text: str, name: str = "") -> str:
    """The words above the signature, and any postscript below it. A last line that only repeats the writer's `name`
    is a signature, too."""
    lines = _without_notices(text.split("\n"))
    kept = _without_contact_block(_above(lines))
    return _tidy("\n".join(_without_name(kept, name)))


_DELIMITER = re.compile(r"\s{0,3}(?:---?|—|–)\s*$|\s{0,3}(?:_{8,}|-{8,}|={8,}|\*{8,}|~{8,})\s*$")
_PHONE = re.compile(
    r"\s*(?:(?:von|aus) (?:meinem|unterwegs)\b.{0,60}(?:gesendet|geschickt|geschrieben|getippt|iphone|ipad|handy|smartphone|galaxy|android)"
    r"|(?:gesendet|versendet|geschickt|diese (?:nachricht|e-mail|mail) wurde)\s+(?:von|mit|über|via|aus|unterwegs)\b.{0,90}"
    r"|(?:sent|written|typed) (?:from|with|via|by|using)\b.{0,90}|get outlook for .{0,40}|outlook für .{0,30} (?:beziehen|herunterladen).{0,60}"
    r"|(?:holen|laden) sie sich .{0,20} f(?:ü|ue)r (?:android|ios|iphone).{0,60}|(?:holen|laden) sie sich outlook.{0,60}|(?:e-?mail|gesendet|sent).{0,20}(?:gmx|web\.de|t-online|freemail|proton ?mail|outlook|yahoo|blackberry|samsung|android|iphone|ipad)\b.{0,60}"
    r"|(?:mobil|unterwegs) (?:gesendet|geschrieben|getippt).{0,60}|kurz, weil mobil.{0,60})\s*\.?\s*$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"von meinem|gesendet|geschickt|geschrieben|wurde|sent|written|typed|outlook|getippt|mobil|holen|laden",
    re.IGNORECASE,
)

_WISH = (
    r"(?:(?:mit )?(?:den |vielen |ganz |recht )?(?:freundlich(?:en|em|e|st|sten)?|herzlich(?:en|e|st|sten)?|beste[nr]?|lieben?|liebste[n]?|viele[nr]?|sch(?:ö|oe)nen?|kollegialen?|sonnigen?|winterlichen?|weihnachtlichen?"
    r"|sommerlichen?|nette[n]?|warme[n]?|hochachtungsvolle[n]?|frohe[n]?|gute[n]?)(?:,? (?:und|&) (?:\w+ )?)?(?:[ \w]{0,40})?\s?(?:gr(?:ü|ue|u)(?:ß|ss|sse|sze|sze)?\w{0,6}|gru(?:ß|ss)|w(?:ü|ue)nsche\w?)"
    r"|gr(?:ü|ue)(?:ß|ss)(?:e|en)?|gru(?:ß|ss)|hochachtungsvoll|mfg|m\.f\.g\.?|lg|vg|bg|hg|sg|fg|beste gr(?:ü|ue)(?:ß|ss)e|herzlichst|freundlichst|servus und gr\w+"
    r"|(?:with )?(?:very )?(?:best|kind|kindest|warm|warmest|many|all the|all my)(?: \w+)? ?(?:regards|wishes|greetings|best)?|regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|cheers|thanks(?: again)?(?:,| and)? ?(?:best|kind)? ?(?:regards)?|br|kr"
    r"|thank you and (?:best|kind) regards|take care|cordialement|bien à vous|saludos|un saludo|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?)"
)
_CLOSING = re.compile(
    rf"\s*(?:(?:ich |wir )?(?:verbleiben? |sende\w? |schicke\w? |gr(?:ü|ue)(?:ß|ss)t )?)?{_WISH}(?: (?:aus|from|von|in|nach|an|sendet?|auch|i\.\s?a\.|und|vom)\b.{{0,60}})?\s*[,.!;:)\-–—]{{0,3}}\s*[☺️😊🙂👋]?(?:,?\s*(?:ihre?|euer|eure|dein[e]?|your)?\s*[\w. \-äöüßÄÖÜ]{{0,40}})?\s*$",
    re.IGNORECASE,
)
#: "Vielen Dank und viele Grüße": words that stay, and a closing that ends them
_THANKS_AND_CLOSING = re.compile(
    r"(?P<words>.{3,160}?[.!?]?)\s*(?:(?<=[.!?])|[,–-]|und|&|\band\b|mit)\s*(?:mit )?(?:freundlichen?|herzlichen?|beste[nr]?|liebe[nr]?|viele[nr]?|schönen?|kind|best|warm)\s+(?:gr(?:ü|ue)(?:ß|ss)en?|regards|wishes)\b.{0,50}$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(
    r"\s*(?:p\.?\s?p?\.?\s?s\.?|nachtrag|nb|n\.b\.|postskriptum|edit|ergänzung|update)\s?[.:,;–-]+\s*\S|\s*ps\s+\S",
    re.IGNORECASE,
)
_NOT_CLOSING = re.compile(
    r"\b(?:thanks|best|kind|many|all|cheers|gut\w*|schön\w*|viele\w*|liebe\w*|froh\w*)\b", re.IGNORECASE
)


def _above(lines: list[str]) -> list[str]:
    cut = len(lines)
    last = ""
    for index, line in enumerate(lines):
        if _DELIMITER.match(line) and _is_signature_below(lines, index):
            cut = index
            break
        if _is_closing(line) and any(one.strip() for one in lines[:index]):
            cut = index
            break
        joined = _THANKS_AND_CLOSING.match(line)
        if joined and len(line) < 200 and _few_words_below(lines, index):
            last, cut = joined["words"], index
            break
    kept = [*lines[:cut], *([last] if last else [])]
    return [*kept, *_postscripts(lines[cut + 1 :])]


def _is_closing(line: str) -> bool:
    if not 2 <= len(line.strip()) <= 110 or "?" in line:
        return False
    found = _CLOSING.match(line)
    if not found:
        return False
    # "Thanks for the offer" begins like a closing and is none; a closing names a greeting, or stands alone.
    return bool(_GREETING_WORD.search(line)) or len(line.split()) <= 3


_GREETING_WORD = re.compile(
    r"gr(?:ü|ue|u)(?:ß|ss|sz)|\b(?:mfg|m\.f\.g|lg|vg|bg|hg|sg|fg|br|kr|regards|wishes|greetings|sincerely|faithfully|hochachtungsvoll\w*|cheers|truly|cordialement|saluti|saludos|groet\w*|herzlichst|freundlichst)\b",
    re.IGNORECASE,
)


def _is_signature_below(lines: list[str], index: int) -> bool:
    if lines[index].strip() in ("--", "---", "—", "–"):
        return any(one.strip() for one in lines[:index]) or len(lines) - index < 15
    # A drawn line is a signature's when a name or an address stands below it, not when the letter goes on.
    below = [one for one in lines[index + 1 : index + 12] if one.strip()]
    return bool(below) and any(_CONTACT.search(one) for one in below) and all(len(one) < 140 for one in below[:3])


def _few_words_below(lines: list[str], index: int) -> bool:
    below = [one for one in lines[index + 1 :] if one.strip()]
    return not below or len(below[0].split()) <= 5 or bool(_CONTACT.search(below[0]))


def _postscripts(lines: list[str]) -> list[str]:
    found: list[str] = []
    inside = False
    for line in lines:
        if _POSTSCRIPT.match(line):
            inside = True
        elif not line.strip() or _DELIMITER.match(line):
            inside = False
        if inside:
            found.append(line)
    return ["", *found] if found else []


_CONTACT = re.compile(
    r"\b(?:tel|telefon|fon|phone|fax|mobil|mobile|handy|cell|e-?mail|mail|web|internet|www|ust-?id\w*|hrb|hra|registergericht|amtsgericht|gesch(?:ä|ae)ftsf(?:ü|ue)hr\w+|steuernummer"
    r"|sitz der gesellschaft|handelsregister|vorstand|ceo|inhaber(?:in)?)\b\s?[.:)/|]|\bwww\.|https?://|\+\d\d[ \d(/]|\b0\d{2,5}[ /-]\d{3}|\b(?:gmbh|ag|kg|ohg|ug|e\.\s?k\.|mbh|ltd|inc|llc)\b|^\s*(?:d-)?\d{5}\s+[A-ZÄÖÜ]"
    r"|^[^\s@]{1,64}@[^\s@]{3,100}$",
    re.IGNORECASE,
)


def _without_contact_block(lines: list[str]) -> list[str]:
    """Without a last paragraph that is a business card: two or more lines of numbers, addresses, legal forms."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    block = lines[start:end]
    cards = sum(1 for line in block if len(line) < 120 and _CONTACT.search(line))
    sentences = sum(1 for line in block if len(line) > 60 and not _CONTACT.search(line))
    if start and cards >= 2 and not sentences and cards * 2 >= len(block) - 2:
        return _without_contact_block(lines[:start])
    return lines[:end]


def _without_name(lines: list[str], name: str) -> list[str]:
    known = {word for word in re.findall(r"\w+", name.lower()) if len(word) > 1}
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    said = re.findall(r"\w+", lines[end - 1].lower()) if end else []
    # "A. Berg" counts, "Anna kommt mit" does not.
    only_name = bool(said) and all(
        one in known or (len(one) == 1 and any(word[0] == one for word in known)) for one in said
    )
    return lines[: end - 1] if end > 1 and known and only_name and len(said) <= 5 else lines


_NOTICE = re.compile(
    r"(?:diese (?:e-?mail|nachricht|mail)|der inhalt dieser|die information\w* in dieser|this (?:e-?mail|message|communication)|the (?:information|content)s? (?:contained )?(?:in|of) this).{0,200}"
    r"(?:vertraulich|confidential|privileged|rechtlich gesch(?:ü|ue)tzt|intended (?:only|solely)|ausschlie(?:ß|ss)lich f(?:ü|ue)r)"
    r"|(?:wenn|falls|sollten|sofern) sie (?:diese (?:e-?mail|nachricht|mail) |nicht der (?:richtige|beabsichtigte|vorgesehene|angegebene) ).{0,80}(?:irrt(?:ü|ue)mlich|versehentlich|adressat|empf(?:ä|ae)nger)"
    r"|if you (?:are not the (?:intended|named)|have received this (?:e-?mail|message|communication) (?:in error|by mistake))"
    r"|informationen? (?:zum|zur|zu) (?:datenschutz|verarbeitung|umgang mit)|(?:unsere )?datenschutz(?:hinweise?|erkl(?:ä|ae)rung|informationen?)\b.{0,60}(?:https?:|www\.|finden|unter|hier|:\s*$)"
    r"|(?:our )?privacy (?:policy|notice)\b.{0,60}(?:https?:|www\.|at|here)|bitte (?:denken|pr(?:ü|ue)fen|bedenken) sie.{0,60}(?:umwelt|ausdruck|drucken)|(?:please )?(?:consider|think) .{0,40}(?:environment|print)"
    r"|virenfrei\.|virus-free\.|diese e-?mail wurde von .{0,40}(?:antivir|avast|avg|viren)|checked by avg|scanned by|\[?(?:caution|external|extern|achtung|vorsicht|warnung)\b.{0,40}(?:external|extern|au(?:ß|ss)erhalb|outside)"
    r"|(?:wenn|falls|sofern) sie (?:k(?:ü|ue)nftig |in zukunft )?(?:keine|nicht (?:mehr|l(?:ä|ae)nger)).{0,80}(?:von uns|unsere[nrs]?|diesen newsletter).{0,120}"
    r"(?:klicken|antworten sie|schreiben sie|abmelden|teilen sie)|if you (?:no longer (?:want|wish)|do(?: not|n't) (?:want|wish)) to (?:receive|hear).{0,80}(?:click|reply|unsubscribe|let us know)"
    r"|unbefugte[rsn]? (?:weitergabe|kopieren|weiterleit)|you don't often get e?-?mail from|sie erhalten nicht (?:h(?:ä|ae)ufig|oft) e-?mails von",
    re.IGNORECASE,
)


def _without_notices(lines: list[str]) -> list[str]:
    """Without the paragraphs lawyers and programs put under (or over) every mail."""
    kept: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if _PHONE.match(line) and _SENT_FROM.search(line) and len(line) < 130:
            continue
        if line.strip():
            paragraph.append(line)
            continue
        if paragraph and not (_NOTICE.search(" ".join(paragraph)[:1500]) and _is_notice(paragraph)):
            kept.extend(paragraph)
        paragraph = []
        kept.append("")
    return kept


def _is_notice(paragraph: list[str]) -> bool:
    # A person who asks in the same breath is heard: only a paragraph that begins as a notice, or has no "I", is one.
    joined = " ".join(paragraph)
    begins = _NOTICE.search(joined[:1500])
    return bool(begins and begins.start() < 60) or not _FIRST_PERSON.search(joined)


_FIRST_PERSON = re.compile(r"\b(?:ich|mich|mir|meine?[nmrs]?|i|me|my)\b", re.IGNORECASE)


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()
