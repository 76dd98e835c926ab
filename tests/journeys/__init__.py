"""The main job, from the browser to the mailbox: each module is one request, from its form to its end."""
