"""File formats: encodings, CSV layouts, vCard and Excel."""
