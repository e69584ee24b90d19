"""The door for commands."""
