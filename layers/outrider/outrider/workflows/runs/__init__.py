"""Runs of workflows: leads go from stage to stage, carried by queues."""
