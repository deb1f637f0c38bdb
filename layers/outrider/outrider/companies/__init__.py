"""Companies that contacts work for."""
