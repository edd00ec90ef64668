"""``python -m fastcore.bench``: what each kernel is worth on this machine, measured side by side in one run."""
