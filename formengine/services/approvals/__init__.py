"""Services of approval and signature rounds: votes, guest links, signature providers, offboarding."""
