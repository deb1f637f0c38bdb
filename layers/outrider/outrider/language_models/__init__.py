"""Language models of providers, called with a key that the workspace stored."""
