"""Estimators that know of no bank: rates with intervals, shrinkage, hazards, causal comparisons."""
