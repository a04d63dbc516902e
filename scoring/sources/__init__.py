"""Which sources, types and origins foretell: precision, lift, head start, what each alone foresaw."""
