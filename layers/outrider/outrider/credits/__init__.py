"""Credits: what costs some, the balance of a workspace, and the ledger of what it was spent on."""
