"""A run's folder: plan, schedule, what is derived from it."""
