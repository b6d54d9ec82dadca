"""Readers of other people's data sets, and the one neutral form behind them all."""
