"""Documents held against each other: stories, quotations, values, names and terms, copies and origins.

``facts`` takes out of each document, once, what can be compared; everything else works on facts alone.
"""
