"""OutreachPilot's API reference, statement by statement, in the order of the document."""

from tests.contract.statements import OfAPage

OF_PAGES = (
    OfAPage(
        "OutreachPilot",
        "Learning Center",
        "Master the platform with comprehensive video walkthroughs and step-by-step feature guides",
        "The guides are the pages of `docs/`.",
    ),
    OfAPage(
        "OutreachPilot",
        "Getting Started",
        "Upgrade to Pro: Go to Settings → Billing",
        "The operator gives a workspace its plan: `create_workspace` of the function `admin`.",
    ),
    OfAPage(
        "OutreachPilot",
        "Getting Started",
        "Create an API Key: Go to Settings → Workspace → Developer API",
        "`POST /v1/api-keys` makes one, and shows it once.",
    ),
    OfAPage(
        "OutreachPilot",
        "Rate Limits & Credits",
        "Monitor usage in Settings → Usage",
        "`GET /v1/account/usage` and `GET /v1/credits/ledger` say the same.",
    ),
)
"""What the document says about pages of the product."""
