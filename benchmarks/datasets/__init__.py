"""Labelled pictures that are measured on."""
