"""Complaints of clients' customers: read, counted, and surges of them made signals."""
