"""Scored documents as files for labeling tools: what goes out, in what order, one file per format."""
