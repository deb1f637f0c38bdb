"""Keys of providers of language models, which workspaces bring along."""
