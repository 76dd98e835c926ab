"""Benchmarks of the hot paths, each relative to a baseline or a peer measured in the same run: `make bench`."""
