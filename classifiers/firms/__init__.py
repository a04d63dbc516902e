"""Firms: their names, numbers and addresses, and whether two entries are one firm."""
