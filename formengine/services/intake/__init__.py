"""Submissions, reference numbers, and requests that a step opens."""
