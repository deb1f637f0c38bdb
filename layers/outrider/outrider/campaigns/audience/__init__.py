"""Who is in a campaign: choosing contacts, screening them, and enrolling them."""
