"""Local stack: starts the emulator, builds, deploys, seeds and serves the product."""
