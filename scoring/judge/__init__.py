"""Signals against outcomes as of a day: episodes, their ends, rates beside what would have come anyway."""
