"""Where frames come from. Every source keeps the contract in `device.cameras.camera`."""
