"""Outcome models: how likely an end is within a horizon, from the history of a client known by a day."""
