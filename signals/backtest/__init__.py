"""Backtests: an archive replayed as it was known then, and the scoreboard it would have given."""
