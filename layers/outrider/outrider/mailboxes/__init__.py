"""Where mail is sent from: mailboxes, grouped in pools, with a cap that grows as they warm up."""
