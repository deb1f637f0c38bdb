"""Dispatch of a campaign: the rounds that plan due steps and put them into the queue."""
