"""`make vm-test`: the rig on a machine of its own, with systemd and a real `/dev/video0`."""
