"""What labels teach: new calibration, thresholds and heads, as a configuration that can be left out again."""
