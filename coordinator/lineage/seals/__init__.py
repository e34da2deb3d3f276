"""What the seals of a job are worth: read once, judged by whom one trusts."""
