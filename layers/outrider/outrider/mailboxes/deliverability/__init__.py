"""How mail from a workspace arrives, mailbox by mailbox and pool by pool."""
