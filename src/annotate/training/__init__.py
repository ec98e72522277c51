"""Training the shipped models again from data. Needs the ``train`` extra; nothing here is imported to score."""
