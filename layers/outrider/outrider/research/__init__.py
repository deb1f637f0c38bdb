"""Research: what the public site of a contact's company says, and who handles its mail."""
