"""Runs in the files of other trackers. Each needs packages that are not installed by default, and loads them late."""
