"""How far a student's work is, from what is saved in the notebooks; imports only the engine."""
