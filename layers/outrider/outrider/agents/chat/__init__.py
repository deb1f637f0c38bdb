"""Chats: threads of messages to an agent, each of which is a run of its own."""
