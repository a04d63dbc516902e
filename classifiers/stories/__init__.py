"""One event, one story: copies of a text, and the same event in other words."""
