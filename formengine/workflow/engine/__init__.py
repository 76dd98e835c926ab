"""The engine: a pure state machine with guards, rounds of approval and signature, children, deadlines and timers."""
