"""Proofs that the address of a mailbox is its workspace's own."""
