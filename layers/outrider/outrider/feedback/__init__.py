"""What is heard of mails after they were sent: deliveries, openings, bounces, complaints; and what
stops sending when there are too many of the last two."""
