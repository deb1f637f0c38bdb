"""Reviews of leads: people read, change, approve or reject the first email to a lead."""
