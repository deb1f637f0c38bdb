"""HTML pages for recipients: one file each, without scripts or external resources."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #f6f7f9; --card: #fff; --edge: #d5dae1;
  --act: #1d4ed8; --on-act: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --paper: #11151b; --card: #1a2029;
  --edge: #39424f; --act: #9db8ff; --on-act: #11151b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { width: 100%; max-width: 32rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--edge); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; }
main > :last-child { margin-bottom: 0; }
button { font: inherit; font-weight: 600; min-height: 3rem; padding: .5rem 1.5rem; border: 0;
  border-radius: .5rem; background: var(--act); color: var(--on-act); cursor: pointer; }
button:focus-visible { outline: 3px solid var(--act); outline-offset: 3px; }
"""
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""Headers of every response to a recipient. Its URL contains a secret token, which must not leak
through caches, referrers or search engines."""


def _page(title: str, *content: str) -> str:
    lines = "\n".join(content)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{lines}
</main>
</body>
</html>
"""


ASK = _page(
    "Unsubscribe?",
    "<p>You will get no more mail from this sender at the address that this mail was sent to.</p>",
    '<form method="post">'
    '<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>',
)
DONE = _page(
    "You are unsubscribed",
    "<p>This sender will not write to your address again. You can close this page.</p>",
)
FORGOTTEN = _page(
    "Nothing to unsubscribe",
    "<p>The sender no longer stores anything about this mail or the person it was sent to: there is"
    " no address left to take off a list.</p>",
    "<p>If you get mail from this sender, use the link in the newest one.</p>",
)
SAMPLE = _page(
    "A test changes nothing",
    "<p>This link is from a preview or a test message. In the real message it lets the recipient"
    " unsubscribe.</p>",
)
UNKNOWN = _page(
    "This link does not work",
    "<p>It may be incomplete. Open it from the mail itself, or copy all of it.</p>",
)
FAILED = _page(
    "This did not work just now",
    "<p>Please open the link again in a minute.</p>",
)
