"""Agent runs: a conversation of a language model with tools, from a goal to its end."""
