"""Classification of replies by rules."""
