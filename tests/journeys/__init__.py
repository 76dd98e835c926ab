"""End-to-end tests from the browser to the mailbox: each module follows one request from its form to its end."""
