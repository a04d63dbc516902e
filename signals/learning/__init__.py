"""The analyst's loop: labels, training, comparing, promoting, and dry runs of a type."""
