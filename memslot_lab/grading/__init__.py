"""Grading: the learner's own checks under pytest, and later the judge of untrusted submissions."""
