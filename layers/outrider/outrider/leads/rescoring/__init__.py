"""New scores of leads after a change of their ideal customer profile, in the background."""
