"""Credits of a workspace: prices, the balance, and the ledger of holds and charges."""
