"""What people read: digest, explanations, tables for a terminal, and the words of both languages."""
