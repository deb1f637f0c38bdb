"""A company's web site: choosing it, reading it, and the facts that it states."""
