"""Lead qualification: the score of a contact against an ideal customer profile, explained by
rule."""
