"""The list that a route has to be put on to need no key."""

PUBLIC = frozenset(
    {
        "GET /health",
        "GET /",
        "GET /docs",
        "GET /docs/{page}",
        "GET /docs/assets/{file}",
        "GET /openapi.json",
        "GET /openapi/autoreach.json",
        "GET /openapi/outreachpilot.json",
        "GET /llms.txt",
        "GET /llms-full.txt",
        "GET /t/u/{token}",
        "HEAD /t/u/{token}",
        "POST /t/u/{token}",
        "GET /t/c/{token}",
        "HEAD /t/c/{token}",
        "GET /t/o/{image}",
        "HEAD /t/o/{image}",
    }
)
"""The routes that need no key. Every other one is held to need one, whatever it declares."""
