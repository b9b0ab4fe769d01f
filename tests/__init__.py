"""Tests: a folder for each room of the library, and for the chapters, the extensions, the tools and the site."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
