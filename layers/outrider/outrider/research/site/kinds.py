"""Industry of an organization: by its schema.org type, and by its NAICS or ISIC code."""

import re
from typing import Any

_KINDS = """
accountingservice: Accounting
airline: Airline
animalshelter: Animal shelter
architect: Architecture
artgallery: Art gallery
attorney: Legal services
autodealer: Car dealer
automotivebusiness: Automotive
autorepair: Car repair
bakery: Bakery
bankorcreditunion: Banking
barorpub: Restaurant
beautysalon: Beauty
bookstore: Retail
brewery: Brewery
childcare: Child care
clothingstore: Retail
collegeoruniversity: Higher education
computerstore: Retail
constructionbusiness: Construction
consumerelectronicsstore: Retail
corporation:
daycare: Child care
dayspa: Beauty
dentist: Dentistry
drycleaningorlaundry: Laundry
educationalorganization: Education
electrician: Electrical contractor
electronicsstore: Retail
elementaryschool: Education
emergencyservice: Emergency services
employmentagency: Recruiting
entertainmentbusiness: Entertainment
exercisegym: Fitness
fastfoodrestaurant: Restaurant
financialservice: Financial services
florist: Retail
foodestablishment: Restaurant
fundingagency: Funding
furniturestore: Retail
generalcontractor: Construction
governmentoffice: Government
governmentorganization: Government
grocerystore: Retail
hairsalon: Beauty
hardwarestore: Retail
healthandbeautybusiness: Beauty
healthclub: Fitness
highschool: Education
homeandconstructionbusiness: Construction
homegoodsstore: Retail
hospital: Health care
hostel: Hotel
hotel: Hotel
housepainter: Painting contractor
hvacbusiness: Heating and air conditioning
insuranceagency: Insurance
internetcafe: Internet cafe
jewelrystore: Retail
legalservice: Legal services
library: Library
librarysystem: Library
localbusiness:
locksmith: Locksmith
lodgingbusiness: Hotel
medicalbusiness: Health care
medicalclinic: Health care
medicalorganization: Health care
movingcompany: Moving company
museum: Museum
newsmediaorganization: News media
ngo: Non-profit
nightclub: Entertainment
notary: Legal services
officeequipmentstore: Retail
onlinebusiness:
onlinestore: Online retail
optician: Optician
organization:
petstore: Retail
pharmacy: Pharmacy
physician: Health care
plumber: Plumbing contractor
politicalparty: Politics
preschool: Education
professionalservice: Professional services
project:
radiostation: Broadcasting
realestateagent: Real estate
recyclingcenter: Recycling
researchorganization: Research
resort: Hotel
restaurant: Restaurant
roofingcontractor: Roofing contractor
school: Education
selfstorage: Self storage
shoestore: Retail
softwarecompany: Software
sportinggoodsstore: Retail
sportsactivitylocation: Sports
sportsorganization: Sports
sportsteam: Sports
store: Retail
televisionstation: Broadcasting
tireshop: Car repair
travelagency: Travel agency
veterinarycare: Veterinary care
wholesalestore: Wholesale trade
winery: Winery
workersunion: Labour union
bank: Banking
"""
ORGANIZATIONS = {
    name: industry.strip()
    for name, _, industry in (each.partition(":") for each in _KINDS.split("\n") if each)
}
"""Industry stated by each type of organization, in lower case; empty for a type that states
none."""

_LONGEST = 40
"""Maximum number of characters read of a code."""
_CODE = re.compile(r"\s*[A-Za-z]?\s?([0-9][0-9.]{1,7})(?![0-9])")

_NAICS = {
    "11": "Agriculture, forestry, fishing and hunting",
    "21": "Mining, quarrying, and oil and gas extraction",
    "22": "Utilities",
    "23": "Construction",
    "31": "Manufacturing",
    "32": "Manufacturing",
    "33": "Manufacturing",
    "42": "Wholesale trade",
    "44": "Retail trade",
    "45": "Retail trade",
    "48": "Transportation and warehousing",
    "49": "Transportation and warehousing",
    "51": "Information",
    "52": "Finance and insurance",
    "53": "Real estate and rental and leasing",
    "54": "Professional, scientific, and technical services",
    "55": "Management of companies and enterprises",
    "56": "Administrative and support and waste management and remediation services",
    "61": "Educational services",
    "62": "Health care and social assistance",
    "71": "Arts, entertainment, and recreation",
    "72": "Accommodation and food services",
    "81": "Other services",
    "92": "Public administration",
}
"""Sectors by the first two digits of a code. Source: NAICS 2022."""
_ISIC = (
    (1, 3, "Agriculture, forestry and fishing"),
    (5, 9, "Mining and quarrying"),
    (10, 33, "Manufacturing"),
    (35, 35, "Electricity, gas, steam and air conditioning supply"),
    (36, 39, "Water supply, sewerage, waste management and remediation"),
    (41, 43, "Construction"),
    (45, 47, "Wholesale and retail trade, repair of motor vehicles"),
    (49, 53, "Transportation and storage"),
    (55, 56, "Accommodation and food service activities"),
    (58, 63, "Information and communication"),
    (64, 66, "Financial and insurance activities"),
    (68, 68, "Real estate activities"),
    (69, 75, "Professional, scientific and technical activities"),
    (77, 82, "Administrative and support service activities"),
    (84, 84, "Public administration and defence"),
    (85, 85, "Education"),
    (86, 88, "Human health and social work activities"),
    (90, 93, "Arts, entertainment and recreation"),
    (94, 96, "Other service activities"),
    (97, 98, "Activities of households as employers"),
    (99, 99, "Activities of extraterritorial organizations and bodies"),
)
"""Sections by their divisions, the first two digits of a code. Source: ISIC, revision 4."""


def industry_of_naics(code: Any) -> str | None:
    """Return the sector of a NAICS code with the code, or None for anything else."""
    digits = _digits(code)
    sector = _NAICS.get(digits[:2])
    return f"{sector} (NAICS {digits})" if sector else None


def industry_of_isic(code: Any) -> str | None:
    """Return the section of an ISIC code of revision 4 with the code, or None for anything else."""
    digits = _digits(code)
    division = int(digits[:2]) if len(digits) > 1 else 0
    section = next((name for first, last, name in _ISIC if first <= division <= last), None)
    return f"{section} (ISIC {digits})" if section else None


def industry_of_kinds(kinds: set[str]) -> str | None:
    """Return the industry that the types of an organization state, or None."""
    stated = (ORGANIZATIONS[kind] for kind in sorted(kinds & ORGANIZATIONS.keys()))
    return next((industry for industry in stated if industry), None)


def _digits(code: Any) -> str:
    """Return the digits of a code such as `541511`, `62.01` or `J6201`; empty if it is none."""
    if isinstance(code, list):
        code = next(iter(code), None)
    if isinstance(code, bool) or not isinstance(code, str | int):
        return ""
    found = _CODE.match(str(code)[:_LONGEST])
    return found[1].replace(".", "") if found else ""
