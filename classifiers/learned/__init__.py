"""The learned half of the tagger: features, training, calibration, comparison, labels."""
