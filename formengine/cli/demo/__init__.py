"""`formengine demo`: people, dossiers and documents to look at."""
