"""What `device.doctor` checks. Each check returns a `device.checks.finding.Finding`."""
