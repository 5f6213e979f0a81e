"""What is right and what goes wrong, one module a lesson. Never runs where student code runs."""
