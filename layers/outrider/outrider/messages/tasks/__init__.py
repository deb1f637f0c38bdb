"""Manual tasks: steps that a person does."""
