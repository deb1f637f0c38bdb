"""Company websites: choice of the site, reader, and extraction of facts."""
