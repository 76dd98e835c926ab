"""Accounts: sign-in, sessions, passwords, invitations, API tokens."""
