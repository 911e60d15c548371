"""A VK that fits in a laptop. It imports nothing of ours."""
