"""Data migrations: numbered, resumable changes of the stored items of a table."""
