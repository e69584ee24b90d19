"""The door for jobs."""
