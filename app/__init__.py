"""Shubbak: case management for social-assistance windows."""
