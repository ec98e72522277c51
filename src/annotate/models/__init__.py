"""The shipped weights and their loading, features, calibration by length. Knows nothing of detectors."""
