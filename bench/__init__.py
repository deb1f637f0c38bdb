"""Benchmarks. Each prints a table and saves it in bench/RESULTS.md with its command."""
