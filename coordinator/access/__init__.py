"""Access: who calls the coordinator, what each caller may do, and whose jobs it sees."""
