"""What is held about one person: showing all of it, and erasing it."""
