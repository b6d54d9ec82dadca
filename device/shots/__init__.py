"""Shots: taken, numbered, stored."""
