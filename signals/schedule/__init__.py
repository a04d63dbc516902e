"""The scheduler: what runs when, exactly once, on one machine or several."""
