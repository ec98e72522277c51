"""Ratings of sources and documents: Admiralty code, posterior with interval, and the evidence behind them."""
