"""Services of dossiers: lists, the desk, the page's tabs, steps, children, notes, files, timers."""
