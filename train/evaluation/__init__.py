"""Metrics, and what they are measured on."""
