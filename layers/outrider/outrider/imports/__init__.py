"""Files that become contacts, companies or suppressions, row by row, and back again."""
