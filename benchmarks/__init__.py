"""Scripts that time contenders side by side, in one process, in one run."""
