"""The engine's case of a dossier: loading, saving, effects, history as sentences, guest links."""
