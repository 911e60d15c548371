"""VK to rows: the only room that knows VK's words, HTTP, waiting and quotas."""
