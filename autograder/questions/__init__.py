"""What is asked, one module a lesson. Runs where student code runs; knows no right answers."""
