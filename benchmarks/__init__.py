"""Benchmarks: one script for each hot path, each printing figures as ratios against their floor. `make bench`."""
