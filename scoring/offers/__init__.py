"""What past offers teach: why deals were lost, to whom, and what price was right. Prices are per cent per year."""
