"""Names of countries within a sentence: *of the Netherlands*, *en France*, *au Luxembourg*, *du Royaume-Uni*.

Names are those of CLDR; which take an article, and of what gender, follows the usage of the language.
"""

from __future__ import annotations

from typing import Final

from babel import Locale

_ENGLISH_ARTICLE: Final = "AE BS CF CC DO FK FO GB GM IM IO KM KY MH MP MV NL PH SB TC TF UM US VG VI"
_ENGLISH_OWN: Final = {"CD": "the Democratic Republic of the Congo", "CG": "the Republic of the Congo"}
_FRENCH_PLURAL: Final = "AE AS BM BS CC CK FJ FK FO KM KY MH MP MV NL PH SB SC TC TF UM US VG VI"
_FRENCH_MASCULINE_IN_E: Final = "BZ KH MX MZ ZW SR CG"
_FRENCH_FEMININE: Final = "CF CI CZ DO GF GQ KP KR NC NZ PF PG SA SL ZA"
_FRENCH_NO_ARTICLE: Final = (
    "AD AG AI AW BB BH BL BN CU CW CY DJ DM GG GI GU HK HT IL JE KI KN LC MC MF MG MO MS MT MU NR NU OM PM PR RE SG "
    "SH SM ST SX TO TT TV TW VC WF YT WS"
)


def country_name(code: str, language: str) -> str:
    """The name of a country (ISO 3166-1 alpha-2), as in a list; the code itself where it is not known.

    >>> country_name("GB", "en"), country_name("NL", "fr"), country_name("??", "en")
    ('United Kingdom', 'Pays-Bas', '??')
    """
    return str(Locale.parse(language, sep="-").territories.get(code, code))


def country_listed(code: str, language: str) -> str:
    """The name of a country among others in a sentence; in French without its article, as after a colon.

    >>> country_listed("GB", "en"), country_listed("CH", "en"), country_listed("GB", "fr")
    ('the United Kingdom', 'Switzerland', 'Royaume-Uni')
    """
    name = country_name(code, language)
    return name if language == "fr" else _english(code, name)


def country_in(code: str, language: str) -> str:
    """Where something is: *in the Netherlands*, *en France*, *au Maroc*, *aux Pays-Bas*, *à Malte*.

    >>> country_in("GB", "en"), country_in("FR", "fr"), country_in("LU", "fr"), country_in("US", "fr")
    ('in the United Kingdom', 'en France', 'au Luxembourg', 'aux États-Unis')
    """
    name = country_name(code, language)
    if language != "fr":
        return f"in {_english(code, name)}"
    if code in _FRENCH_PLURAL:
        return f"aux {name}"
    if code in _FRENCH_NO_ARTICLE:
        return f"à {name}"
    return f"en {name}" if _is_feminine(code, name) or _elides(name) else f"au {name}"


def country_of(code: str, language: str) -> str:
    """What is of it: *of the Netherlands*, *de France*, *du Luxembourg*, *d’Espagne*, *des Pays-Bas*.

    >>> country_of("NL", "en"), country_of("LU", "fr"), country_of("ES", "fr"), country_of("DE", "fr")
    ('of the Netherlands', 'du Luxembourg', 'd’Espagne', 'd’Allemagne')
    """
    name = country_name(code, language)
    if language != "fr":
        return f"of {_english(code, name)}"
    if code in _FRENCH_PLURAL:
        return f"des {name}"
    if _elides(name):
        return f"d’{name}"
    return f"de {name}" if code in _FRENCH_NO_ARTICLE or _is_feminine(code, name) else f"du {name}"


def _english(code: str, name: str) -> str:
    return _ENGLISH_OWN.get(code) or (f"the {name}" if code in _ENGLISH_ARTICLE else name)


def _is_feminine(code: str, name: str) -> bool:
    if code in _FRENCH_FEMININE:
        return True
    return name.split()[0].endswith("e") and code not in _FRENCH_MASCULINE_IN_E


def _elides(name: str) -> bool:
    """Whether the word before loses its vowel: not before an h (*de Hongrie*) or a y (*du Yémen*)."""
    return name[0] in "AEIOUÂÉÈÊÎÔÅ" or name == "Haïti"
