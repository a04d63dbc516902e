"""Probabilities and orders against what happened: areas, calibration, the cost of reading."""
