"""Benchmarks: each prints a table and keeps it in bench/RESULTS.md with the command that made
it."""
