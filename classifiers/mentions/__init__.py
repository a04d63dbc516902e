"""Clients in a text: where a name stands, what speaks for it, and which part the client plays."""
