"""Generator of the country names that qualification knows, from Unicode's CLDR.

    python -m tools.countries

Each line is a country: its ISO 3166-1 code, then its names in the languages below, separated by
`;`.
"""

import re
import sys
from pathlib import Path

from babel import Locale

FILE = Path(__file__).parents[1] / "layers/outrider/outrider/qualification/countries/countries.txt"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs")
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
_ALSO = {
    "CZ": ("Czech Republic", "Tschechische Republik"),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "GBR"),
    "IE": ("Republic of Ireland", "Eire"),
    "KR": ("Korea", "Republic of Korea"),
    "NL": ("Holland", "The Netherlands"),
    "RU": ("Russian Federation",),
    "TR": ("Turkey", "Turkiye"),
    "TW": ("Taiwan, Province of China",),
    "US": ("USA", "U.S.A.", "U.S.", "United States of America", "America", "EEUU", "EE.UU."),
    "VN": ("Viet Nam",),
}


def text() -> str:
    """Return the content of countries.txt."""
    lines = []
    known = map(str, Locale("en").territories)
    codes = [code for code in known if re.fullmatch("[A-Z]{2}", code)]
    for code in sorted(set(codes) - _NO_COUNTRIES):
        names = [str(Locale(language).territories.get(code, "")) for language in LANGUAGES]
        names = [re.sub(r"\s*\(.*\)|;", "", name) for name in names]
        lines.append(";".join(dict.fromkeys((code, *filter(None, names), *_ALSO.get(code, ())))))
    return "\n".join(lines) + "\n"


def main() -> int:
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
