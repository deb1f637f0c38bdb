"""MCP server: the operations of the API as tools for models, documentation and state as resources,
and prompts. A tool call is a request to the API function that serves the operation."""
