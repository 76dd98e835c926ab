"""Mails: written with their cause, worded and delivered by jobs."""
