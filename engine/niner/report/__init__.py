"""What people read: the terminal summary and the documents made from templates."""
