"""What `device.doctor` looks at. Each check answers with a `device.checks.finding.Finding`."""
