"""`make fuzz`: the API's document against the API, by Schemathesis.

python -m tests.fuzz.run [--seed N] [--minutes N | --examples N] [Schemathesis' own options]
"""

ADMITTED = 0.95
