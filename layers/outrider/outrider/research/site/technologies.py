"""Technologies of a website, recognised by marks in its page and response headers.

A mark is a lower-case substring of the URL of a script or style sheet, of the `generator` meta
element, or of a header written as `name: value`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Category = Literal["site", "shop", "analytics", "marketing", "support_chat", "hosting", "payments"]


@dataclass(frozen=True, slots=True)
class Technology:
    name: str
    category: Category
    marks: tuple[str, ...]


TECHNOLOGIES = (
    Technology("WordPress", "site", ("wordpress", "/wp-content/", "/wp-includes/")),
    Technology("Drupal", "site", ("drupal", "/sites/default/files/")),
    Technology("Joomla", "site", ("joomla",)),
    Technology("TYPO3", "site", ("typo3",)),
    Technology("Ghost", "site", ("ghost ",)),
    Technology("Wix", "site", ("wix.com", "static.parastorage.com")),
    Technology("Squarespace", "site", ("squarespace",)),
    Technology("Webflow", "site", ("webflow", "website-files.com")),
    Technology("Next.js", "site", ("/_next/static/", "x-powered-by: next.js")),
    Technology("Nuxt", "site", ("/_nuxt/",)),
    Technology("Gatsby", "site", ("gatsby",)),
    Technology("Framer", "site", ("framer.com", "framerusercontent.com")),
    Technology("Contao", "site", ("contao",)),
    Technology("Adobe Experience Manager", "site", ("/etc.clientlibs/",)),
    Technology("Jimdo", "site", ("jimdo",)),
    Technology("Shopify", "shop", ("cdn.shopify.com", "x-shopify-stage", "x-shopid")),
    Technology("WooCommerce", "shop", ("woocommerce",)),
    Technology("Magento", "shop", ("/static/frontend/magento", "x-magento")),
    Technology("Shopware", "shop", ("shopware",)),
    Technology("PrestaShop", "shop", ("prestashop",)),
    Technology("BigCommerce", "shop", ("bigcommerce.com",)),
    Technology("Salesforce Commerce Cloud", "shop", ("demandware",)),
    Technology(
        "Google Analytics", "analytics", ("google-analytics.com", "googletagmanager.com/gtag")
    ),
    Technology("Google Tag Manager", "analytics", ("googletagmanager.com/gtm",)),
    Technology("Matomo", "analytics", ("matomo",)),
    Technology("Plausible", "analytics", ("plausible.io/js",)),
    Technology("Hotjar", "analytics", ("static.hotjar.com",)),
    Technology("Segment", "analytics", ("cdn.segment.com",)),
    Technology("Mixpanel", "analytics", ("cdn.mxpnl.com", "mixpanel.com/libs")),
    Technology("Amplitude", "analytics", ("cdn.amplitude.com",)),
    Technology("Microsoft Clarity", "analytics", ("clarity.ms/tag",)),
    Technology("HubSpot", "marketing", ("js.hs-scripts.com", "hs-analytics.net", "hubspot")),
    Technology("Marketo", "marketing", ("munchkin.marketo.net",)),
    Technology("Salesforce Account Engagement", "marketing", ("pi.pardot.com", "go.pardot.com")),
    Technology("ActiveCampaign", "marketing", ("trackcmp.net",)),
    Technology("Mailchimp", "marketing", ("chimpstatic.com", "list-manage.com")),
    Technology("Klaviyo", "marketing", ("static.klaviyo.com",)),
    Technology("Brevo", "marketing", ("sibautomation.com", "brevo.com")),
    Technology("Meta Pixel", "marketing", ("connect.facebook.net",)),
    Technology("LinkedIn Insight Tag", "marketing", ("snap.licdn.com",)),
    Technology("Optimizely", "marketing", ("cdn.optimizely.com",)),
    Technology("Intercom", "support_chat", ("widget.intercom.io", "js.intercomcdn.com")),
    Technology("Zendesk", "support_chat", ("static.zdassets.com",)),
    Technology("Drift", "support_chat", ("js.driftt.com",)),
    Technology("Crisp", "support_chat", ("client.crisp.chat",)),
    Technology("Tidio", "support_chat", ("code.tidio.co",)),
    Technology("LiveChat", "support_chat", ("cdn.livechatinc.com",)),
    Technology("Userlike", "support_chat", ("userlike-cdn-widgets",)),
    Technology("Stripe", "payments", ("js.stripe.com",)),
    Technology("PayPal", "payments", ("paypal.com/sdk", "paypalobjects.com")),
    Technology("Klarna", "payments", ("klarnaservices.com", "klarnacdn.net")),
    Technology("Adyen", "payments", ("checkoutshopper-live.adyen.com",)),
    Technology("Cloudflare", "hosting", ("server: cloudflare",)),
    Technology("Vercel", "hosting", ("server: vercel",)),
    Technology("Netlify", "hosting", ("server: netlify",)),
    Technology("Amazon CloudFront", "hosting", ("server: cloudfront",)),
    Technology("GitHub Pages", "hosting", ("server: github.com",)),
)


def recognised(marks: Iterable[str]) -> list[Technology]:
    """Return the technologies with a mark in any of the texts, in the order of TECHNOLOGIES."""
    seen = "\n".join(marks).lower()
    return [each for each in TECHNOLOGIES if any(mark in seen for mark in each.marks)]
