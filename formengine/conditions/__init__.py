"""The condition language: sentences about facts, which workflows and forms share (W4, W21, F16)."""
