"""Field kinds: ready-made schemas such as money, party and address."""
