"""Documents held against each other: stories, quotations, values, names and terms, copies and origins.

``corroborate`` groups the documents of a run into stories; ``story`` holds one against itself, and is where what the
other modules find becomes flags and evidence.
"""
