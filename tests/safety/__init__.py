"""Nothing is lost or leaked: bad input, kills, full disks, two runs at once, many clients."""
