"""Research on a contact's company: facts from its public website, and its email provider."""
